"""The gate: which reason is given, and what a permit names."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.privacy.consents.domain.judging import Destination
from services.privacy.consents.domain.ledger import Action, Head, Scope
from services.privacy.gate.domain import Situation, grant, refusal
from services.privacy.identity.domain import NOBODY, Holder, subject_of
from services.privacy.permits.domain import SERVICE_PURPOSE as SERVICE
from services.privacy.permits.domain import Question, Reason
from services.privacy.subject_locks.domain import SubjectState as Standing
from services.privacy.suppressions.domain import SuppressionReason
from shared.customers.group import Group

NOW = datetime(2017, 6, 1, tzinfo=UTC)


A = UUID(int=1)


B = UUID(int=2)


AT_ADDRESS = subject_of("hash")


def a_question(purpose: str = "marketing") -> Question:
    return Question(UUID(int=9), A, purpose, "email", "hash")


def a_situation(
    *,
    granted: bool = True,
    suppressed: tuple[SuppressionReason, ...] = (),
    restricted: bool = False,
    erased: bool = False,
    confirmed: bool = True,
    holder: Holder = NOBODY,
) -> Situation:
    head = Head(Scope(A, "marketing", "email"), Action.GRANTED, UUID(int=5), 7, NOW, None, None)
    return Situation(
        group=Group(A, (A, B)),
        states=[Standing(A, 7), Standing(B, 3, restricted=restricted, erased=erased), Standing(AT_ADDRESS, 5)],
        heads=[head] if granted else [],
        suppressed=suppressed,
        to=Destination(a_question().to, holder),
        confirmed=confirmed,
    )


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (a_situation(), None),
        (a_situation(granted=False), Reason.NO_CONSENT),
        (a_situation(suppressed=(SuppressionReason.COMPLAINED,)), Reason.SUPPRESSED),
        (a_situation(restricted=True), Reason.RESTRICTED),
        (a_situation(erased=True, restricted=True), Reason.ERASED),
    ],
)
def test_the_gravest_reason_is_given(situation: Situation, expected: Reason | None) -> None:
    """Catches a check that was dropped, or one that looks at the asked id alone and not at its aliases."""
    assert refusal(a_question(), situation, NOW) is expected


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (a_situation(granted=False), None),
        (a_situation(confirmed=False), Reason.ADDRESS_UNCONFIRMED),
        (a_situation(confirmed=False, holder=Holder(B, trusted=True)), None),
        (a_situation(confirmed=False, holder=Holder(B, trusted=False)), Reason.ADDRESS_UNCONFIRMED),
        (a_situation(confirmed=False, holder=Holder(UUID(int=3), trusted=True)), Reason.ADDRESS_UNCONFIRMED),
        (a_situation(confirmed=False, suppressed=(SuppressionReason.BOUNCED,)), Reason.SUPPRESSED),
        (a_situation(granted=False, suppressed=(SuppressionReason.UNSUBSCRIBED_ALL,)), None),
        (a_situation(granted=False, suppressed=(SuppressionReason.ERASED,)), None),
        (a_situation(granted=False, suppressed=(SuppressionReason.BOUNCED,)), Reason.SUPPRESSED),
        (a_situation(granted=False, suppressed=(SuppressionReason.MANUAL,)), Reason.SUPPRESSED),
        (a_situation(erased=True), Reason.ERASED),
        (a_situation(restricted=True), Reason.RESTRICTED),
    ],
)
def test_service_messages_need_no_consent_but_an_address_that_takes_them(
    situation: Situation, expected: Reason | None
) -> None:
    """Catches a receipt that is not sent, and one that goes to a dead address."""
    assert refusal(a_question(SERVICE), situation, NOW) is expected


def test_a_permit_names_every_id_and_the_address_with_their_latest_change() -> None:
    """Catches evidence that would not show a withdrawal under an alias."""
    permit = grant(a_question(), a_situation(), UUID(int=8), NOW)
    assert (permit.covers, permit.versions) == ((A, B, AT_ADDRESS), (7, 3, 5))
