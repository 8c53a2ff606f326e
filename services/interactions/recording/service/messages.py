"""Record a batch of publishers' messages: each message once, each customer described to customers once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Any
from uuid import UUID

from services.interactions.catalogue.service import complete_lines
from services.interactions.config import Settings
from services.interactions.event_types.errors import UnfitEvent
from services.interactions.event_types.service import read_types, told_by
from services.interactions.identity.service import lock_against_erasures, resolve
from services.interactions.publishers.service import note_recorded
from services.interactions.rates.domain import PLACES, base_amount
from services.interactions.rates.service import base_currency_for_good, rates_of_days
from services.interactions.recording import repository
from services.interactions.recording.domain.digests import (
    digest_of,
    ids_of_message,
    observation_digests,
    tells_anything_new,
)
from services.interactions.recording.domain.interactions import (
    NewInteraction,
    RecordedInteraction,
    interaction_of,
    origin_of,
)
from services.interactions.recording.domain.messages import InboundEvent, Message, Policy, basket_currency_of, total_of
from services.interactions.recording.errors import MessageIdReused
from services.interactions.recording.service import visitors
from services.interactions.recording.service.carts import follow_carts
from services.interactions.recording.service.storing import DROPPED, store_and_emit
from services.interactions.recording.service.visitors import ResolvedMessage
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.events.subscription import EventsRefused
from shared.observability.metrics import counter
from shared.observability.tracing import enter_trace

DUPLICATES = counter("interactions_duplicates", "Messages that were recorded already")
UNVALUED = counter("interactions_unvalued", "Baskets without a rate to the base currency", ["currency"])


def policy_of(settings: Settings) -> Policy:
    """What `settings` decide. Raises ValueError for a base currency that is none."""
    if settings.base_currency not in PLACES:
        raise ValueError(f"BASE_CURRENCY {settings.base_currency} is no currency of ISO 4217")
    return Policy(settings.installation_key.get_secret_value(), settings.base_currency, settings.rate_max_age_days)


async def record_messages(tx: Tx, policy: Policy, inbound: Sequence[InboundEvent]) -> dict[bytes, RecordedInteraction]:
    """Every message that is new is recorded and emitted, in order; customers is told who is new to it.

    Returns what was recorded, by the digest of its message.
    """
    await lock_against_erasures(tx)
    fresh = await _fresh(tx, policy, inbound)
    resolved = await _resolved(tx, policy, fresh)
    resolved, met = await visitors.meet(tx, resolved)
    if not resolved:
        return {}
    resolved = await _completed(tx, resolved)
    values = await _values(tx, policy, [message.inbound.message for message in resolved])
    told = await _told(tx, resolved)
    interactions = [
        interaction_of(
            message.inbound,
            ids_of_message(message.digest, message.inbound.received_ms),
            message.customer.customer_id,
            value,
            tx.now,
            visitor=message.unknown,
            told=told.get(place),
        )
        for place, (message, value) in enumerate(zip(resolved, values, strict=True))
    ]
    happened = [interaction for interaction in interactions if interaction is not None]
    if happened:
        await store_and_emit(tx, happened)
        await follow_carts(tx, [(made.customer_id, made.time, made.origin, made.fact) for made in happened])
    await _emit_observations(tx, resolved, interactions)
    await visitors.claim(tx, resolved, met)
    return {
        message.digest: RecordedInteraction(message.digest, made.customer_id, made.time, made.id)
        for message, made in zip(resolved, interactions, strict=True)
        if made is not None
    }


async def _fresh(tx: Tx, policy: Policy, inbound: Sequence[InboundEvent]) -> dict[bytes, InboundEvent]:
    """Those that were never seen. Raises EventsRefused for what bears the id of another message."""
    first: dict[bytes, InboundEvent] = {}
    repeats: list[tuple[bytes, InboundEvent]] = []
    for event in inbound:
        digest = digest_of(policy.key, event)
        if first.setdefault(digest, event) is not event:
            repeats.append((digest, event))
    new = await repository.claim_messages(tx, {digest: event.content for digest, event in first.items()})
    repeats += [(digest, event) for digest, event in first.items() if digest not in new]
    if repeats:
        await _refuse_others(tx, first, new, repeats)
    fresh = {digest: event for digest, event in first.items() if digest in new}
    tx.after_commit(lambda: DUPLICATES.inc(len(inbound) - len(new)))
    tx.after_commit(lambda: note_recorded(_kinds(inbound), _kinds(fresh.values())))
    return fresh


def _kinds(events: Iterable[InboundEvent]) -> list[tuple[str, str]]:
    return [(event.publisher, event.message.type) for event in events]


async def _refuse_others(
    tx: Tx, first: Mapping[bytes, InboundEvent], new: Collection[bytes], repeats: Sequence[tuple[bytes, InboundEvent]]
) -> None:
    """Nothing happens for true repeats. Raises EventsRefused for those that say something else."""
    contents: dict[bytes, bytes | None] = {digest: first[digest].content for digest in new}
    contents |= await repository.contents_of(tx, {digest for digest, _ in repeats if digest not in new})
    refused = [
        (event, MessageIdReused())
        for digest, event in repeats
        if event.content is not None and contents.get(digest) not in (None, event.content)
    ]
    if refused:
        raise EventsRefused(refused)


async def _resolved(tx: Tx, policy: Policy, fresh: Mapping[bytes, InboundEvent]) -> list[ResolvedMessage]:
    events = list(fresh.values())
    people, received = [event.person for event in events], [event.received_ms for event in events]
    customers = await resolve(tx, policy.key, people, received)
    resolved = [
        ResolvedMessage(digest, event, customer)
        for (digest, event), customer in zip(fresh.items(), customers, strict=True)
        if customer
    ]
    found = await _known_before(tx, resolved)
    tx.after_commit(lambda: DROPPED.inc(len(fresh) - len(found)))
    return found


async def _known_before(tx: Tx, resolved: list[ResolvedMessage]) -> list[ResolvedMessage]:
    """Who was recorded under the former spelling of an identifier keeps that id until customers says whose it is."""
    asked = [message for message in resolved if message.customer.formerly is not None]
    if not asked:
        return resolved
    marks = [(message.customer.formerly, message.inbound.person.names[1]) for message in asked]
    known = await repository.told_about(tx, [(former, slot) for former, slot in marks if former is not None])
    return [
        replace(message, customer=message.customer._replace(customer_id=former))
        if (former := message.customer.formerly) in known and former is not None
        else message
        for message in resolved
    ]


async def _values(tx: Tx, policy: Policy, messages: Sequence[Message]) -> list[int | None]:
    """The value of each message's basket in the base currency; None for no basket, or without a rate."""
    priced = {_priced(message) for message in messages} - {None}
    base = await base_currency_for_good(tx, policy.base_currency) if priced else policy.base_currency
    foreign = [pair for pair in priced if pair is not None and pair[0] != base]
    rates = await rates_of_days(tx, foreign, policy.rate_max_age_days)
    values = []
    for message in messages:
        pair, value = _priced(message), None
        if pair is not None:
            value = base_amount(total_of(message) or 0, pair[0], base, rates.get(pair))
            if value is None:
                tx.after_commit(UNVALUED.labels(pair[0]).inc)
        values.append(value)
    return values


async def _completed(tx: Tx, resolved: Sequence[ResolvedMessage]) -> list[ResolvedMessage]:
    """Lines have the cost of their day, as the catalogue knows it."""
    messages = await complete_lines(tx, [message.inbound.message for message in resolved])
    return [
        message
        if message.inbound.message is completed
        else replace(message, inbound=replace(message.inbound, message=completed))
        for message, completed in zip(resolved, messages, strict=True)
    ]


async def _told(tx: Tx, resolved: Sequence[ResolvedMessage]) -> dict[int, dict[str, Any]]:
    """What others are told of the events of declared types, by their place. Raises EventsRefused for those that fit
    none."""
    own = {}
    for place, message in enumerate(resolved):
        said = message.inbound.message
        if said.type == "custom" and not said.data.undeclared:
            own[place] = (message.inbound, said.data)
    if not own:
        return {}
    types = await read_types(tx)
    told: dict[int, dict[str, Any]] = {}
    unfit: list[tuple[InboundEvent, UnfitEvent]] = []
    for place, (event, data) in own.items():
        try:
            told[place] = told_by(types, data.name, data.properties)
        except UnfitEvent as refusal:
            unfit.append((event, refusal))
    if unfit:
        raise EventsRefused(unfit)
    return told


def _priced(message: Message) -> tuple[str, date] | None:
    """Currency and day by which a basket is valued."""
    currency = basket_currency_of(message)
    return None if currency is None else (currency, message.time.astimezone(UTC).date())


async def _emit_observations(
    tx: Tx, resolved: Sequence[ResolvedMessage], interactions: Sequence[NewInteraction | None]
) -> None:
    digests = [
        # Of somebody anonymous nothing can be told: there is nobody yet whom it could be told about.
        {}
        if message.inbound.person.anonymous
        else observation_digests(message.inbound.person, message.inbound.message.traits, message.inbound.trust)
        for message in resolved
    ]
    described = {message.customer.customer_id for message, own in zip(resolved, digests, strict=True) if own}
    known = await repository.known_observations(tx, described)
    new: dict[tuple[UUID, str], bytes] = {}
    for message, own, interaction in zip(resolved, digests, interactions, strict=True):
        customer_id, generation = message.customer.customer_id, message.customer.generation
        before = known.setdefault(customer_id, {})
        if not tells_anything_new(own, before):
            continue
        before.update(own)
        new.update({(customer_id, slot): digest for slot, digest in own.items()})
        person = message.inbound.person
        observed = IdentityObserved(
            identifiers=list(person.identifiers),
            derived_from=person.derived_from,
            generation=generation,
            traits=message.inbound.message.traits,
            publisher=message.inbound.publisher,
            trust=message.inbound.trust,
        )
        time = message.inbound.message.time.astimezone(UTC)
        origin = origin_of(message.inbound.message.origin, time, tx.now)
        if interaction is None:
            enter_trace(message.inbound.traceparent)
        cause = None if interaction is None else interaction.event_id
        tx.publish(observed, subject=customer_id, time=time, origin=origin, cause=cause)
    if new:
        await repository.store_observations(tx, new)
