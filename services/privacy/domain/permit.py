"""The permit: may this message go to this address now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.domain.consent import Head, Reason, judge
from services.privacy.domain.suppression import SERVICE, SuppressionReason, blocks


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a customer as a whole. `version` is the number of the latest change under this id."""

    customer_id: UUID
    version: int
    restricted: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Every id of one customer (merges make aliases); `current` is the one that survives."""

    current: UUID
    members: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One message that somebody means to send."""

    message_id: UUID
    customer_id: UUID
    purpose: str
    channel: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known, under lock, about a question: its group, their standings, the heads of its purpose and
    channel, the reasons why its address is suppressed."""

    group: Group
    standings: Sequence[Standing]
    heads: Sequence[Head]
    suppressed: Sequence[SuppressionReason]


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes. `versions` are the numbers of the latest change of each id in `covers`, as read under lock: no permit may
    hold a number equal to or above that of a withdrawal in force."""

    permit_id: UUID
    question: Question
    covers: tuple[UUID, ...]
    versions: tuple[int, ...]
    granted_at: datetime


def refusal(question: Question, situation: Situation, now: datetime) -> Reason | None:
    """Why not, or None. The gravest reason first."""
    if any(standing.erased for standing in situation.standings):
        return Reason.ERASED
    if any(standing.restricted for standing in situation.standings):
        return Reason.RESTRICTED
    if question.purpose != SERVICE:
        why_not = judge(situation.heads, situation.group.current, now)
        if why_not is not None:
            return why_not
    return Reason.SUPPRESSED if blocks(situation.suppressed, question.purpose) else None


def grant(question: Question, situation: Situation, permit_id: UUID, now: datetime) -> Permit:
    """The permit for a question that was not refused."""
    versions: Mapping[UUID, int] = {one.customer_id: one.version for one in situation.standings}
    covers = situation.group.members
    return Permit(permit_id, question, covers, tuple(versions[member] for member in covers), now)
