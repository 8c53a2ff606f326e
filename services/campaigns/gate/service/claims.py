"""The gate and the claim: one transaction decides about a batch with the customers locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card, Cards
from services.campaigns.contacts.repository import groups
from services.campaigns.gate.domain.rules import Deferred, Refused, Verdict, judge
from services.campaigns.gate.domain.terms import Terms
from services.campaigns.gate.service.knowledge import Knowledge, facts_of, read_knowledge
from services.campaigns.messages.domain.ledger import Message, MessageState, Postponed, Sent, Settled, backoff
from services.campaigns.messages.repository import addresses, ledger
from services.campaigns.messages.repository.addresses import AddressKey, AddressState
from services.campaigns.messages.service.settling import settle
from shared.customers.identifiers import fingerprint, normalise
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that passed the local rules and counts as sent unless it is given back."""

    message: Message
    terms: Terms
    card: Card


async def claim(tx: Tx, settings: Settings, holder: int, reserved: Sequence[Message], cards: Cards) -> list[Claimed]:
    """Judge reserved messages and claim those that pass; the others are refused or postponed, each with its reason.

    The customers stay locked until the commit, so two campaigns cannot both pass a cap.
    """
    locked = await groups.lock_groups(tx, [message.customer_id for message in reserved])
    held = await ledger.hold(tx, holder, [message for message in reserved if message.customer_id in locked])
    await ledger.release(tx, holder, [message for message in reserved if message.customer_id not in locked])
    if not held:
        return []
    about = await read_knowledge(
        tx,
        {message.customer_id: locked[message.customer_id] for message in held},
        {message.terms_id for message in held},
    )
    # A process of an earlier version started or changed the campaign: its terms are written in a moment.
    without = [message for message in held if message.terms_id not in about.terms]
    if without:
        await write_verdicts(tx, holder, [(message, Deferred("terms-missing")) for message in without])
        held = [message for message in held if message.terms_id in about.terms]
    keys = {message.id: key for message in held if (key := _address_key(settings, message, about, cards))}
    taken = await addresses.address_states(tx, keys) if keys else {}
    passed, verdicts = _judge_all(tx, settings, held, about, cards, taken)
    passed = await _take_addresses(tx, passed, keys, verdicts)
    await ledger.claim(tx, holder, [claimed.message for claimed in passed])
    await write_verdicts(tx, holder, verdicts)
    return passed


async def write_verdicts(tx: Tx, holder: int, verdicts: Sequence[tuple[Message, Verdict]]) -> None:
    """Refusals are settled with their events, deferrals go back to waiting."""
    refused = [
        Settled(message, MessageState.REFUSED, verdict.reason)
        for message, verdict in verdicts
        if isinstance(verdict, Refused)
    ]
    deferred = [postponed(tx, message, verdict) for message, verdict in verdicts if isinstance(verdict, Deferred)]
    if refused:
        await settle(tx, holder, refused)
    if deferred:
        await ledger.postpone(tx, holder, deferred)


def postponed(tx: Tx, message: Message, verdict: Deferred) -> Postponed:
    """When a deferred message is due again: at the rule's instant, or after the backoff for its reason; never beyond
    its expiry, at which the gate refuses it."""
    until = verdict.until or tx.now + backoff(verdict.reason, message.tried(verdict.reason), tx.clock.factor)
    return Postponed(message, verdict.reason, min(until, max(message.expires_at, tx.now)))


def _judge_all(
    tx: Tx,
    settings: Settings,
    held: Sequence[Message],
    about: Knowledge,
    cards: Cards,
    taken: Mapping[UUID, AddressState],
) -> tuple[list[Claimed], list[tuple[Message, Verdict]]]:
    """One after the other: what passes counts for the caps of the next."""
    sent: dict[UUID, list[Sent]] = defaultdict(list)
    for root, history in about.sent.items():
        sent[root].extend(history)
    passed: list[Claimed] = []
    verdicts: list[tuple[Message, Verdict]] = []
    for message in held:
        card = cards.get(message.customer_id)
        lately = sent[about.groups[message.customer_id].root]
        state = taken.get(message.id, "free")
        verdict = judge(facts_of(tx, settings, message, about, card=card, sent=lately, address_state=state))
        if verdict is not None or card is None:
            verdicts.append((message, verdict or Deferred("no-card")))
            continue
        terms = about.terms[message.terms_id]
        if terms.is_marketing or terms.cap is not None:
            lately.append(Sent(tx.now, terms.campaign_id, terms.purpose))
        passed.append(Claimed(message, terms, card))
    return passed, verdicts


async def _take_addresses(
    tx: Tx,
    passed: Sequence[Claimed],
    keys: Mapping[UUID, AddressKey],
    verdicts: list[tuple[Message, Verdict]],
) -> list[Claimed]:
    """Those whose address is theirs now, or need none; another message of the run was quicker for the others."""
    wanted = [(claimed.message, keys[claimed.message.id]) for claimed in passed if claimed.message.id in keys]
    got = await addresses.take_addresses(tx, wanted)
    kept = []
    for claimed in passed:
        if claimed.message.id in keys and claimed.message.id not in got:
            verdicts.append((claimed.message, Deferred("duplicate-address")))
        else:
            kept.append(claimed)
    return kept


def _address_key(settings: Settings, message: Message, about: Knowledge, cards: Cards) -> AddressKey | None:
    card = cards.get(message.customer_id)
    if card is None or card.address is None or not about.terms[message.terms_id].one_per_address:
        return None
    # The kind of identifier behind the channel; e-mail is the only channel yet.
    digest = fingerprint(settings.installation_key.get_secret_value(), "email", normalise("email", card.address))
    return AddressKey(message.campaign_id, message.entry_id, message.channel, digest)
