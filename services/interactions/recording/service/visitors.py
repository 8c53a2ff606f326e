"""What a batch brings of visitors: whose each is, and what was kept of those who turn out to be somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.interactions.config import Settings
from services.interactions.identity.domain import Resolved
from services.interactions.identity.service import lock_against_erasures
from services.interactions.recording import repository
from services.interactions.recording.domain.digests import event_id_of
from services.interactions.recording.domain.interactions import fact_of, origin_of
from services.interactions.recording.domain.messages import InboundEvent
from services.interactions.recording.service.carts import follow_carts
from services.interactions.visitors import repository as visitors
from services.interactions.visitors.domain import Visit, Visitor
from services.interactions.visitors.service import meet_visitors, settle_claims
from shared.contracts.envelope import Fact, Origin
from shared.database.transaction import Tx
from shared.observability.metrics import counter

CLAIMED = counter("interactions_visitors_claimed", "Visitors who turned out to be a customer")
OVERFLOWED = counter("interactions_visitors_overflowed", "Events of visitors of whom too much is kept already")
_IDLE_FOR = timedelta(days=90)
_FORGOTTEN = 500


@dataclass(frozen=True, slots=True)
class ResolvedMessage:
    """A message whose customer is known. `unknown`: the customer is a visitor who is nobody yet, and nobody is told."""

    digest: bytes
    inbound: InboundEvent
    customer: Resolved
    unknown: bool = False


async def meet(tx: Tx, resolved: Sequence[ResolvedMessage]) -> tuple[list[ResolvedMessage], dict[UUID, Visitor]]:
    """The same messages, those of a visitor who is known by now as that customer's; and the visitors, locked."""
    visits: dict[UUID, Visit] = {}
    for message in resolved:
        person = message.inbound.person
        if person.visitor is not None:
            time = message.inbound.message.time.astimezone(UTC)
            before = visits.get(person.visitor, Visit(person.visitor, 0, time))
            count = before.events + person.anonymous
            visits[person.visitor] = Visit(person.visitor, count, min(before.since, time))
    if not visits:
        return list(resolved), {}
    met = await meet_visitors(tx, list(visits.values()))
    came: Counter[UUID] = Counter()
    kept = []
    for message in resolved:
        person = message.inbound.person
        if not person.anonymous or person.visitor is None:
            kept.append(message)
            continue
        visitor = met[person.visitor]
        if visitor.owner is not None:
            kept.append(replace(message, customer=Resolved(visitor.owner, 0)))
            continue
        came[person.visitor] += 1
        earlier = visitor.events - visits[person.visitor].events
        if visitor.keeps(earlier, came[person.visitor]):
            kept.append(replace(message, unknown=True))
    tx.after_commit(lambda: OVERFLOWED.inc(len(resolved) - len(kept)))
    return kept, met


async def claim(tx: Tx, resolved: Sequence[ResolvedMessage], met: dict[UUID, Visitor]) -> None:
    """Whoever identified as a visitor gets what was kept of that one, and other services are told of it: as live, where
    it happened within the last day. Comes after the batch is stored."""
    said = [
        (message.inbound.person.visitor, message.customer.customer_id)
        for message in resolved
        if message.inbound.person.visitor is not None and not message.inbound.person.anonymous
    ]
    if not said:
        return
    claimed = await settle_claims(tx, met, said)
    rows = await repository.move_interactions(
        tx,
        {visitor.visitor_id: id for visitor, id in claimed.items()},
        min((visitor.since for visitor in claimed), default=tx.now),
    )
    await follow_carts(tx, [happened for row in rows if (happened := _tell(tx, dict(row))) is not None])
    tx.after_commit(lambda: CLAIMED.inc(len(claimed)))


async def forget_idle_visitors(tx: Tx, _settings: Settings) -> bool:
    """Visitors who were not seen for 90 days are forgotten, with all that is kept of them. False: none is left."""
    await lock_against_erasures(tx)
    idle = await visitors.idle_visitors(tx, tx.now - _IDLE_FOR, _FORGOTTEN)
    if idle:
        await repository.delete_of_visitors(tx, idle)
        await visitors.forget(tx, idle)
    return len(idle) == _FORGOTTEN


def _tell(tx: Tx, row: dict[str, Any]) -> tuple[UUID, datetime, Origin, Fact] | None:
    fact = fact_of(row)
    if fact is None:
        return None
    time: datetime = row["time"]
    origin = origin_of(row["origin"], time, tx.now)
    tx.publish(fact, subject=row["customer_id"], time=time, origin=origin, id=event_id_of(row["id"]))
    return row["customer_id"], time, origin, fact
