"""From a batch of messages to rows and events: each message once, each customer told about once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from services.interactions import repository
from services.interactions.domain.happenings import (
    Happening,
    detail_of,
    digest_of,
    fact_of,
    origin_of,
    total_of,
)
from services.interactions.domain.identity import customer_of, is_news, marks_of
from services.interactions.domain.valuation import base_amount
from services.interactions.service.accepting import Inbound
from shared.contracts.interactions import IdentityObserved
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.metrics import counter
from shared.observability.tracing import enter_trace

RECORDED = counter("interactions_recorded", "Interactions recorded", ["kind", "origin"])
DUPLICATES = counter("interactions_duplicates", "Messages that were recorded already")
DROPPED = counter("interactions_dropped", "Messages about customers who were erased")
UNVALUED = counter("interactions_unvalued", "Baskets without a rate to the base currency", ["currency"])


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation decides: its key, its base currency, and for how many days a rate counts."""

    key: str
    base_currency: str
    rate_max_age_days: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A message whose customer is known."""

    inbound: Inbound
    customer_id: UUID
    generation: int


async def record_messages(tx: Tx, policy: Policy, heard: Sequence[Inbound]) -> None:
    """Every message of `heard` that is new is recorded and said, in order; customers is told who is new to it."""
    await repository.share_with_erasures(tx)
    fresh = await _fresh(tx, policy, heard)
    known = await _named(tx, policy, fresh)
    if not known:
        return
    rates = await _rates(tx, policy, known)
    happenings = [_happening(tx, policy, one, rates) for one in known]
    event_ids = await record(tx, happenings)
    await _tell_customers(tx, known, happenings, event_ids)


async def record(tx: Tx, happenings: Sequence[Happening]) -> list[UUID]:
    """Store `happenings` and say each; returns the events' ids, in order. The caller has excluded erased customers."""
    await repository.insert_happenings(tx, happenings)
    event_ids = []
    for one in happenings:
        RECORDED.labels(one.kind, one.origin.value).inc()
        if one.cause is None:
            # Each message of a batch is followed under its own publisher's trace.
            enter_trace(one.traceparent)
        event_ids.append(
            tx.publish(one.fact, subject=one.customer_id, time=one.time, origin=one.origin, cause=one.cause)
        )
    return event_ids


async def _fresh(tx: Tx, policy: Policy, heard: Sequence[Inbound]) -> list[Inbound]:
    first: dict[bytes, Inbound] = {}
    for one in heard:
        first.setdefault(digest_of(policy.key, one.publisher, one.message.message_id), one)
    new = await repository.claim_messages(tx, list(first))
    DUPLICATES.inc(len(heard) - len(new))
    return [one for digest, one in first.items() if digest in new]


async def _named(tx: Tx, policy: Policy, fresh: Sequence[Inbound]) -> list[_Known]:
    prints = {one.person.deriving_print for one in fresh} - {None}
    generations = await repository.generations_of(tx, [one for one in prints if one is not None])
    known = [_Known(one, *customer_of(policy.key, one.person, generations)) for one in fresh]
    erased = await repository.erased_among(tx, {one.customer_id for one in known})
    DROPPED.inc(sum(one.customer_id in erased for one in known))
    return [one for one in known if one.customer_id not in erased]


async def _rates(tx: Tx, policy: Policy, known: Sequence[_Known]) -> dict[tuple[str, date], Decimal | None]:
    wanted = {
        (one.inbound.message.data.currency, one.inbound.message.time.astimezone(UTC).date())
        for one in known
        if one.inbound.message.type in ("purchase", "return")
        and one.inbound.message.data.currency != policy.base_currency
    }
    return await repository.rates_for(tx, wanted, policy.rate_max_age_days)


def _happening(tx: Tx, policy: Policy, known: _Known, rates: dict[tuple[str, date], Decimal | None]) -> Happening:
    message, interaction_id = known.inbound.message, new_id()
    amount, currency, base = total_of(message), None, None
    time = message.time.astimezone(UTC)
    if message.type == "purchase" or message.type == "return":
        currency = message.data.currency
        base = base_amount(amount or 0, currency, policy.base_currency, rates.get((currency, time.date())))
        if base is None:
            UNVALUED.labels(currency).inc()
    return Happening(
        id=interaction_id,
        customer_id=known.customer_id,
        time=time,
        kind=message.type,
        channel=message.data.channel,
        origin=origin_of(message.origin, time, tx.now),
        fact=fact_of(message, interaction_id, base),
        detail=detail_of(message),
        publisher=known.inbound.publisher,
        message_id=message.message_id,
        campaign_id=getattr(message.data, "campaign_id", None),
        currency=currency,
        amount=amount,
        base_amount=base,
        traceparent=known.inbound.traceparent,
    )


async def _tell_customers(
    tx: Tx, known: Sequence[_Known], happenings: Sequence[Happening], event_ids: Sequence[UUID]
) -> None:
    marks = [marks_of(one.inbound.person, one.inbound.message.traits) for one in known]
    told = await repository.known_marks(tx, {one.customer_id for one, mine in zip(known, marks, strict=True) if mine})
    new: dict[tuple[UUID, str], bytes] = {}
    for one, mine, happening, event_id in zip(known, marks, happenings, event_ids, strict=True):
        before = told.setdefault(one.customer_id, {})
        if not is_news(mine, before):
            continue
        before.update(mine)
        new.update({(one.customer_id, slot): digest for slot, digest in mine.items()})
        person = one.inbound.person
        observed = IdentityObserved(
            identifiers=list(person.identifiers),
            derived_from=person.derived_from,
            generation=one.generation,
            traits=one.inbound.message.traits,
            publisher=one.inbound.publisher,
        )
        tx.publish(observed, subject=one.customer_id, time=happening.time, origin=happening.origin, cause=event_id)
    if new:
        await repository.store_marks(tx, new)
