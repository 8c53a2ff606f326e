"""When an erasure is done, and what its certificate promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.privacy.erasures.domain import SERVICES, Receipt, certify, missing
from shared.contracts.topics import TOPICS

NOW = datetime(2017, 6, 1, tzinfo=UTC)


def a_receipt(service: str, left: int = 0, erased: int = 1) -> Receipt:
    return Receipt(service, {"rows": erased}, {"rows": left}, NOW)


@given(st.lists(st.tuples(st.sampled_from(SERVICES), st.integers(0, 2))))
def test_only_clean_receipts_of_all_services_end_it(found: list[tuple[str, int]]) -> None:
    """Catches a certificate while a store still holds something."""
    receipts = {service: a_receipt(service, left) for service, left in found}
    done = len(receipts) == len(SERVICES) and all(receipt.clean for receipt in receipts.values())
    assert (missing(list(receipts.values())) == ()) is done
    if not done:
        with pytest.raises(ValueError):
            certify(UUID(int=1), list(receipts.values()), NOW)


def test_the_certificate_waits_for_inbound_and_event_topics() -> None:
    """Catches a date before the last event that an unread inbound record could still become has aged out."""
    certificate = certify(UUID(int=1), [a_receipt(service) for service in SERVICES], NOW)
    assert certificate.log_clean_at == NOW + timedelta(days=30 + 7)
    assert certificate.topics_clean_at["interactions-inbound"] == NOW + timedelta(days=7)
    assert set(certificate.topics_clean_at) == set(TOPICS)


def test_what_was_erased_in_two_turns_counts_together() -> None:
    """Catches a certificate that says 0 because the last turn found nothing."""
    second = a_receipt("customers", left=0, erased=2).after(a_receipt("customers", left=2, erased=3))
    assert (second.stores, second.remaining) == ({"rows": 5}, {"rows": 0})
