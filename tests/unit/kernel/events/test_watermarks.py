"""Up to when everything recorded is on the topics: the arithmetic of the barrier and of the watermarks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.events.barrier import recorded_at
from shared.events.watermarks import MARGIN_S, safe_until

AT = datetime(2017, 6, 1, 12, tzinfo=UTC)


def test_what_began_before_the_promise_is_recorded_after_it() -> None:
    """Catches an event that bears an instant which the watermark has passed."""
    micros = int(AT.timestamp() * 1_000_000)
    assert recorded_at(AT, None) == AT
    assert recorded_at(AT, micros - 1) == AT
    assert recorded_at(AT, micros) == AT + timedelta(microseconds=1)
    assert recorded_at(AT, micros + 5_000_000) == AT + timedelta(seconds=5, microseconds=1)


def test_a_promise_lies_before_every_open_transaction() -> None:
    """Catches a margin in the wrong time: the machine measures open transactions, promises are of business time."""
    assert safe_until(AT, None, 1.0) == AT - timedelta(seconds=MARGIN_S)
    assert safe_until(AT, 1.5, 60.0) == AT - timedelta(seconds=(1.5 + MARGIN_S) * 60)
