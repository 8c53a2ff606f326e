"""The gate and the claim: one transaction decides about a batch with the customers locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from services.campaigns.config import Settings
from services.campaigns.domain.campaign import Campaign, OneOff, SegmentTrigger, Switchboard
from services.campaigns.domain.caps import Cap, Sent
from services.campaigns.domain.customers import Card, Group, Known
from services.campaigns.domain.gate import Deferred, Facts, Refused, Verdict, judge
from services.campaigns.domain.ledger import Message, MessageState, Postponed, Settled, backoff
from services.campaigns.domain.recipients import is_allowed
from services.campaigns.repository import campaigns, groups, knowledge, ledger
from services.campaigns.repository.knowledge import AddressKey, AddressState
from services.campaigns.service.settling import settle
from shared.customers.identifiers import fingerprint, normalise
from shared.database.transaction import Tx

Cards = Mapping[UUID, Card]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that passed the local rules and counts as sent unless it is given back."""

    message: Message
    campaign: Campaign
    card: Card


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What one transaction read about a batch, under lock."""

    groups: Mapping[UUID, Group]
    known: Mapping[UUID, Known]
    campaigns: Mapping[UUID, Campaign]
    board: Switchboard


async def claim(tx: Tx, settings: Settings, holder: int, reserved: Sequence[Message], cards: Cards) -> list[Claimed]:
    """Judge reserved messages and claim those that pass; the others are refused or postponed, each with its reason.

    The customers stay locked until the commit, so two campaigns cannot both pass a cap.
    """
    locked = await groups.lock_groups(tx, [message.customer_id for message in reserved])
    mine = await ledger.hold(tx, holder, [one for one in reserved if one.customer_id in locked])
    await ledger.release(tx, holder, [one for one in reserved if one.customer_id not in locked])
    if not mine:
        return []
    knowledge_of = await read_knowledge(
        tx, {one.customer_id: locked[one.customer_id] for one in mine}, {one.campaign_id for one in mine}
    )
    addresses = {one.id: key for one in mine if (key := _address_key(settings, one, knowledge_of, cards))}
    taken = await knowledge.address_states(tx, addresses) if addresses else {}
    passed, verdicts = _judge_all(tx, settings, mine, knowledge_of, cards, taken)
    passed = await _take_addresses(tx, passed, addresses, verdicts)
    await ledger.claim(tx, holder, [one.message for one in passed])
    await write_verdicts(tx, holder, verdicts)
    return passed


async def read_knowledge(tx: Tx, of: Mapping[UUID, Group], campaign_ids: set[UUID]) -> Knowledge:
    """Everything the rules ask about these customers and campaigns."""
    found = await campaigns.find_many(tx, sorted(campaign_ids))
    board = await campaigns.switchboard(tx)
    segments = {
        one.definition.trigger.segment_id
        for one in found.values()
        if isinstance(one.definition.trigger, SegmentTrigger)
    }
    caps: list[Cap] = [*board.policy.caps, *(c for one in found.values() if (c := one.definition.cap) is not None)]
    longest = max((cap.window for cap in caps), default=timedelta())
    known = await knowledge.known_of(tx, of.values(), sorted(segments), tx.now - longest)
    return Knowledge(of, known, found, board)


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
    campaign = about.campaigns[message.campaign_id]
    group = about.groups[message.customer_id]
    known = about.known[group.root]
    definition = campaign.definition
    trigger = definition.trigger
    zone = known.time_zone or (card.time_zone if card is not None else None)
    return Facts(
        now=tx.now,
        campaign=campaign,
        policy=about.board.policy,
        halted=about.board.halted,
        expires_at=message.expires_at,
        attempts=message.tried("no-address"),
        root=group.root,
        zone=zone_of(zone, settings.default_time_zone),
        erased=known.erased,
        restricted=known.restricted,
        blocked=known.blocked,
        member=isinstance(trigger, SegmentTrigger) and trigger.segment_id in known.segments,
        consent_denied=definition.is_marketing and (definition.purpose, definition.channel) in known.denied,
        card_found=card is not None,
        has_address=card is not None and card.address is not None,
        address_allowed=card is None or card.address is None or is_allowed(card.address, settings.allowed_recipients),
        address_state=address_state,
        sent=tuple(sent),
    )


async def write_verdicts(tx: Tx, holder: int, verdicts: Sequence[tuple[Message, Verdict]]) -> None:
    """Refusals are settled and told, deferrals go back to waiting."""
    refused = [(one, verdict) for one, verdict in verdicts if isinstance(verdict, Refused)]
    deferred = [(one, verdict) for one, verdict in verdicts if isinstance(verdict, Deferred)]
    if refused:
        await settle(tx, holder, [Settled(one, MessageState.REFUSED, verdict.reason) for one, verdict in refused])
    if deferred:
        await ledger.postpone(tx, holder, [postponed(tx, one, verdict) for one, verdict in deferred])


def postponed(tx: Tx, message: Message, verdict: Deferred) -> Postponed:
    """When a deferred message is due again: at the rule's instant, or after the backoff for its reason; never beyond
    its expiry, at which the gate refuses it."""
    until = verdict.until or tx.now + backoff(verdict.reason, message.tried(verdict.reason), tx.clock.factor)
    return Postponed(message, verdict.reason, min(until, max(message.expires_at, tx.now)))


def zone_of(name: str | None, default: str) -> tzinfo:
    """The zone of that name; the default for a name nobody knows."""
    return _zone(name) or _zone(default) or ZoneInfo("UTC")


@lru_cache(maxsize=1024)
def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _judge_all(
    tx: Tx,
    settings: Settings,
    mine: Sequence[Message],
    about: Knowledge,
    cards: Cards,
    taken: Mapping[UUID, AddressState],
) -> tuple[list[Claimed], list[tuple[Message, Verdict]]]:
    """One after the other: what passes counts for the caps of the next."""
    sent: dict[UUID, list[Sent]] = defaultdict(list)
    for root, known in about.known.items():
        sent[root].extend(known.sent)
    passed: list[Claimed] = []
    verdicts: list[tuple[Message, Verdict]] = []
    for message in mine:
        card = cards.get(message.customer_id)
        history = sent[about.groups[message.customer_id].root]
        state = taken.get(message.id, "free")
        verdict = judge(facts_of(tx, settings, message, about, card=card, sent=history, address_state=state))
        if verdict is not None or card is None:
            verdicts.append((message, verdict or Deferred("no-card")))
            continue
        campaign = about.campaigns[message.campaign_id]
        if campaign.definition.is_marketing or campaign.definition.cap is not None:
            history.append(Sent(tx.now, campaign.id, campaign.definition.purpose))
        passed.append(Claimed(message, campaign, card))
    return passed, verdicts


async def _take_addresses(
    tx: Tx,
    passed: Sequence[Claimed],
    addresses: Mapping[UUID, AddressKey],
    verdicts: list[tuple[Message, Verdict]],
) -> list[Claimed]:
    wanted = [(one.message, addresses[one.message.id]) for one in passed if one.message.id in addresses]
    got = await knowledge.take_addresses(tx, wanted)
    kept = []
    for one in passed:
        if one.message.id in addresses and one.message.id not in got:
            verdicts.append((one.message, Deferred("duplicate-address")))
        else:
            kept.append(one)
    return kept


def _address_key(settings: Settings, message: Message, about: Knowledge, cards: Cards) -> AddressKey | None:
    card = cards.get(message.customer_id)
    if card is None or card.address is None:
        return None
    if not isinstance(about.campaigns[message.campaign_id].definition.trigger, OneOff):
        return None
    # The kind of identifier behind the channel; e-mail is the only channel yet.
    digest = fingerprint(settings.installation_key.get_secret_value(), "email", normalise("email", card.address))
    return AddressKey(message.campaign_id, message.entry_id, message.channel, digest)
