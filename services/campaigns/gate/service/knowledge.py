"""What the rules may ask about a batch of messages, read under the customers' locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card, Contact
from services.campaigns.contacts.repository import contacts
from services.campaigns.gate.domain.policy import Switchboard
from services.campaigns.gate.domain.recipients import is_allowed
from services.campaigns.gate.domain.rules import Facts
from services.campaigns.gate.domain.terms import Terms
from services.campaigns.gate.repository import policies
from services.campaigns.gate.repository import terms as terms_repository
from services.campaigns.messages.domain.ledger import Message, Sent
from services.campaigns.messages.repository import ledger
from services.campaigns.messages.repository.addresses import AddressState
from services.campaigns.settings import repository as settings_repository
from services.campaigns.settings.domain import AllowList
from services.campaigns.settings.service import allowed_recipients
from shared.customers.group import Group
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What one transaction read about a batch. `groups` by customer, `contacts` and `sent` by root, `terms` by id."""

    groups: Mapping[UUID, Group]
    contacts: Mapping[UUID, Contact]
    sent: Mapping[UUID, Sequence[Sent]]
    terms: Mapping[UUID, Terms]
    board: Switchboard
    allow_list: AllowList | None

    def contact_of(self, customer_id: UUID) -> Contact:
        """What is known of the customer's whole group."""
        return self.contacts[self.groups[customer_id].root]


async def read_knowledge(
    tx: Tx, groups: Mapping[UUID, Group], terms_ids: set[UUID], *, given: Mapping[UUID, Terms] | None = None
) -> Knowledge:
    """Everything the rules ask about these customers under these terms; `given` are terms that are not kept."""
    terms = {**await terms_repository.find_many(tx, sorted(terms_ids)), **(given or {})}
    board = await policies.switchboard(tx)
    segments = {known.segment.segment_id for known in terms.values() if known.segment is not None}
    caps = [*board.policy.caps, *(known.cap for known in terms.values() if known.cap is not None)]
    longest = max((cap.window for cap in caps), default=timedelta())
    found = await contacts.contacts_of(tx, groups.values(), sorted(segments))
    members = sorted({member for group in groups.values() for member in group.members})
    history = await ledger.sent_since(tx, members, tx.now - longest)
    sent = {
        group.root: [message for member in group.members for message in history.get(member, ())]
        for group in groups.values()
    }
    return Knowledge(groups, found, sent, terms, board, await settings_repository.find_allow_list(tx))


def facts_of(
    tx: Tx,
    settings: Settings,
    message: Message,
    about: Knowledge,
    *,
    card: Card | None,
    sent: Sequence[Sent],
    address_state: AddressState = "free",
) -> Facts:
    """What the rules may ask about this message."""
    terms = about.terms[message.terms_id]
    contact = about.contact_of(message.customer_id)
    zone = contact.time_zone or (card.time_zone if card is not None else None)
    allowed = allowed_recipients(settings, about.allow_list)
    return Facts(
        now=tx.now,
        terms=terms,
        policy=about.board.policy,
        halted=about.board.halted,
        expires_at=message.expires_at,
        attempts=message.tried("no-address"),
        root=about.groups[message.customer_id].root,
        zone=zone_of(zone, settings.default_time_zone),
        erased=contact.erased,
        restricted=contact.restricted,
        blocked=contact.blocked,
        complaint=contact.complaint,
        member=terms.segment is not None and terms.segment.segment_id in contact.segments,
        consent_denied=terms.is_marketing and (terms.purpose, terms.channel) in contact.denied,
        card_found=card is not None,
        has_address=card is not None and card.address is not None,
        address_allowed=card is None or card.address is None or is_allowed(card.address, allowed),
        address_state=address_state,
        sent=tuple(sent),
    )


def zone_of(name: str | None, default: str) -> tzinfo:
    """The zone of that name; the default for a name nobody knows."""
    return _zone(name) or _zone(default) or ZoneInfo("UTC")


@lru_cache(maxsize=1024)
def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
