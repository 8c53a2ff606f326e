"""The gate: may this message go to this address now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.consents.domain.judging import Destination, judge
from services.privacy.consents.domain.ledger import Head
from services.privacy.permits.domain import SERVICE_PURPOSE, Permit, Question, Reason
from services.privacy.subject_locks.domain import SubjectState
from services.privacy.suppressions.domain import SuppressionReason, blocks
from shared.customers.group import Group


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known, under lock, about a question: its group, the state of each of its ids and of its address, the
    heads of its purpose and channel, what holds at its address, the reasons why that is suppressed."""

    group: Group
    states: Sequence[SubjectState]
    heads: Sequence[Head]
    suppressed: Sequence[SuppressionReason]
    to: Destination


def refusal(question: Question, situation: Situation, now: datetime) -> Reason | None:
    """Why not, or None. The gravest reason first."""
    if any(state.erased for state in situation.states):
        return Reason.ERASED
    if any(state.restricted for state in situation.states):
        return Reason.RESTRICTED
    if question.purpose != SERVICE_PURPOSE:
        why_not = judge(situation.heads, situation.group, now, situation.to)
        if why_not is not None:
            return why_not
    return Reason.SUPPRESSED if blocks(situation.suppressed, question.purpose) else None


def grant(question: Question, situation: Situation, permit_id: UUID, now: datetime) -> Permit:
    """The permit for a question that was not refused: it names the latest change of each of the customer's ids and of
    the address."""
    versions: Mapping[UUID, int] = {state.customer_id: state.version for state in situation.states}
    covers = (*situation.group.members, *question.to.subjects)
    return Permit(permit_id, question, covers, tuple(versions[member] for member in covers), now)
