"""The gate: may this message go to this address now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.consents.domain import Head, judge
from services.privacy.identity.domain import Group
from services.privacy.permits.domain import SERVICE_PURPOSE, Permit, Question, Reason
from services.privacy.subject_locks.domain import SubjectState
from services.privacy.suppressions.domain import SuppressionReason, blocks


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known, under lock, about a question: its group, the state of each id, the heads of its purpose and
    channel, the reasons why its address is suppressed."""

    group: Group
    states: Sequence[SubjectState]
    heads: Sequence[Head]
    suppressed: Sequence[SuppressionReason]


def refusal(question: Question, situation: Situation, now: datetime) -> Reason | None:
    """Why not, or None. The gravest reason first."""
    if any(state.erased for state in situation.states):
        return Reason.ERASED
    if any(state.restricted for state in situation.states):
        return Reason.RESTRICTED
    if question.purpose != SERVICE_PURPOSE:
        why_not = judge(situation.heads, situation.group.current, now)
        if why_not is not None:
            return why_not
    return Reason.SUPPRESSED if blocks(situation.suppressed, question.purpose) else None


def grant(question: Question, situation: Situation, permit_id: UUID, now: datetime) -> Permit:
    """The permit for a question that was not refused."""
    versions: Mapping[UUID, int] = {state.customer_id: state.version for state in situation.states}
    covers = situation.group.members
    return Permit(permit_id, question, covers, tuple(versions[member] for member in covers), now)
