"""May a message go out: what customers said under all of their ids, and what was said by the address it goes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.privacy.consents.domain.ledger import Action, Head
from services.privacy.identity.domain import NOBODY, OWNED_KINDS, Holder, NamedAddress
from services.privacy.permits.domain import Reason
from shared.customers.group import Group


@dataclass(frozen=True, slots=True)
class Destination:
    """The address to which a message would go, who has it now, and what holds there for the message's purpose and
    channel. `heads` are those of its hash today; `before` are from the days of an older installation, under the hash
    that it knew or under the id that the e-mail derives: of these the refusals still bind."""

    address: NamedAddress
    holder: Holder = NOBODY
    heads: Sequence[Head] = ()
    before: Sequence[Head] = ()

    def refusal(self, now: datetime) -> Reason | None:
        """Why nothing may go to this address, whoever has it.

        A refusal ends by one thing: a later grant that names this address. When the address changes hands its grants
        end and its refusals stay, also those that such a grant had answered.
        """
        answers = [head for head in self.heads if head.granted and self._is_of_today(head)]
        refusals = [head for head in (*self.heads, *self.before) if not head.granted]
        refusals += [head for head in self.heads if head.granted and head.refused_at and not self._is_of_today(head)]
        running = [head for head in answers if not head.has_run_out(now)]
        if refusals:
            if any(all(is_later(answer, refusal) for refusal in refusals) for answer in running):
                return None
            denied = all(head.action is Action.DENIED for head in refusals)
            return Reason.NO_CONSENT if denied else Reason.WITHDRAWN
        if any(head.refused_at for head in answers) and not running:
            return Reason.EXPIRED
        return None

    def grants(self, group: Group) -> list[Head]:
        """The grants by this address that are this customer's: nobody else was named with them, and the customer has
        the address, as it stood when they were given."""
        if self.holder.owner not in group.members:
            return []
        return [
            head
            for head in self.heads
            if head.granted and self._is_of_today(head) and head.given is not None and head.given.alone
        ]

    def is_meant_by(self, head: Head, group: Group) -> bool:
        """Does a grant under one of the customer's ids hold for this address?

        It does when it was given for it; else only while a server of the firm says that the address is the customer's.
        """
        if self._is_of_today(head):
            return self.holder.owner is None or self.holder.owner in group.members
        if self.address.kind not in OWNED_KINDS:
            return True
        if self.holder.owner is None:
            return head.given is None
        return self.holder.trusted and self.holder.owner in group.members

    def _is_of_today(self, head: Head) -> bool:
        given = head.given
        return (
            given is not None
            and given.fingerprint == self.address.fingerprint
            and given.generation == self.holder.generation
        )


def judge(heads: Sequence[Head], group: Group, now: datetime, to: Destination | None = None) -> Reason | None:
    """May something be sent under these heads: one purpose, one channel, one for each id of one customer? None means
    yes. `to` is where it would go; without it only what was said under the customer's ids counts.

    The most restrictive id wins: a refusal under any id refuses all, unless the customer holds a grant under the
    current id, or by the address itself, that was both said and recorded after every refusal. Without a refusal any
    grant that has not run out is enough, since all ids are one person.
    """
    if to is None:
        return _judge(heads, group, now)
    refused = to.refusal(now)
    if refused is not None:
        return refused
    by_address = to.grants(group)
    meant = [head for head in heads if not head.granted or to.is_meant_by(head, group)]
    reason = _judge(meant, group, now, by_address)
    if reason is not None and len(meant) < len(heads) and _judge(heads, group, now, by_address) is None:
        return Reason.ADDRESS_CHANGED
    return reason


def is_later(grant: Head, refusal: Head) -> bool:
    """Was the grant both said and recorded after the refusal?"""
    refused_at = refusal.refused_at or refusal.occurred_at
    return grant.version > refusal.version and grant.occurred_at >= refused_at


def _judge(heads: Iterable[Head], group: Group, now: datetime, by_address: Iterable[Head] = ()) -> Reason | None:
    grants = [head for head in heads if head.granted]
    refusals = [head for head in heads if not head.granted]
    if refusals:
        own = [*(head for head in grants if head.scope.customer_id == group.root), *by_address]
        running = [head for head in own if not head.has_run_out(now)]
        if any(all(is_later(head, refusal) for refusal in refusals) for head in running):
            return None
        withdrawn = any(head.action is Action.WITHDRAWN for head in refusals)
        return Reason.WITHDRAWN if withdrawn else Reason.NO_CONSENT
    grants += by_address
    if any(not head.has_run_out(now) for head in grants):
        return None
    return Reason.EXPIRED if grants else Reason.NO_CONSENT
