"""The gate: may this message go to this address now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.consents.domain.judging import Destination, judge
from services.privacy.consents.domain.ledger import Head
from services.privacy.identity.domain import OWNED_KINDS
from services.privacy.permits.domain import SERVICE_PURPOSE, Permit, Question, Reason
from services.privacy.preferences.domain import NO_WISH, Preferences
from services.privacy.subject_locks.domain import SubjectState
from services.privacy.suppressions.domain import SuppressionReason, blocks
from shared.customers.group import Group


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known, under lock, about a question: its group, the state of each of its ids and of its address, the
    heads of its purpose and channel, what holds at its address, the reasons why that is suppressed; what the person
    wishes, and when another message of this kind was permitted last, as far as the wish asks for that; whether the
    customer was ever recorded as consenting by that address; and whether the message asks that address to confirm a
    sign-up (`asks_to_confirm`): the sign-up stands in the customer's place."""

    group: Group
    states: Sequence[SubjectState]
    heads: Sequence[Head]
    suppressed: Sequence[SuppressionReason]
    to: Destination
    wish: Preferences = NO_WISH
    last_permit: datetime | None = None
    confirmed: bool = False
    asks_to_confirm: bool = False


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
        if situation.wish.paused(now):
            return Reason.PAUSED
        apart = situation.wish.frequency(question.purpose).apart
        if situation.last_permit is not None and now < situation.last_permit + apart:
            return Reason.LESS_OFTEN
    if blocks(situation.suppressed, question.purpose):
        return Reason.SUPPRESSED
    if question.purpose == SERVICE_PURPOSE and not _is_theirs(situation):
        return Reason.ADDRESS_UNCONFIRMED
    return None


def _is_theirs(situation: Situation) -> bool:
    """Nobody is asked before a service message, so the address must be more than what some page has claimed: a server
    of the firm says that it is the customer's, or the customer has consented by it; or the message is there to ask."""
    holder = situation.to.holder
    if situation.confirmed or situation.asks_to_confirm or situation.to.address.kind not in OWNED_KINDS:
        return True
    return holder.trusted and holder.owner in situation.group.members


def grant(question: Question, situation: Situation, permit_id: UUID, now: datetime) -> Permit:
    """The permit for a question that was not refused: it names the latest change of each of the customer's ids and of
    the address."""
    versions: Mapping[UUID, int] = {state.customer_id: state.version for state in situation.states}
    covers = (*situation.group.members, *question.to.subjects)
    return Permit(permit_id, question, covers, tuple(versions[member] for member in covers), now)
