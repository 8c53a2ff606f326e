"""Objections to profiling: who objects is in no segment, as long as the objection stands."""

from __future__ import annotations

from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import identities_of
from services.analytics.memberships.domain import PROFILING
from shared.contracts.envelope import Origin
from shared.events.handlers import EventBatch


async def follow_objections(batch: EventBatch) -> None:
    """Whoever has said something about profiling is to be recomputed: out of every segment while they object, back
    afterwards. Nobody is written to because of it."""
    survivors = (await identities_of(batch)).survivors
    for event in batch.events:
        if event.data.purpose == PROFILING:
            customer = survivors.get(event.subject, event.subject)
            partitions = {customer: partition_of(customer)}
            await identity.mark_dirty(batch.tx, partitions, event.recorded_at, Origin.REPAIR, event.id)
