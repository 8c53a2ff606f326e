"""Store interactions and emit each of them: the one way in, whatever led to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from services.interactions.recording import repository
from services.interactions.recording.domain.interactions import NewInteraction
from shared.database.transaction import Tx
from shared.observability.metrics import counter
from shared.observability.tracing import enter_trace

RECORDED = counter("interactions_recorded", "Interactions recorded", ["kind", "origin"])
DROPPED = counter("interactions_dropped", "Messages about customers who were erased")


async def store_and_emit(tx: Tx, interactions: Sequence[NewInteraction]) -> list[UUID]:
    """Each of `interactions` is stored, and emitted unless it has nothing to tell; returns the events' ids, in order.

    The caller has locked erasures out and left out erased customers.
    """
    await repository.insert_interactions(tx, interactions)
    event_ids = []
    for interaction in interactions:
        if interaction.fact is None:
            continue
        if interaction.cause is None:
            # Each message of a batch is followed under its own publisher's trace.
            enter_trace(interaction.traceparent)
        event_ids.append(
            tx.publish(
                interaction.fact,
                subject=interaction.customer_id,
                time=interaction.time,
                origin=interaction.origin,
                cause=interaction.cause,
                id=interaction.event_id,
            )
        )
    recorded = Counter((interaction.kind, interaction.origin.value) for interaction in interactions)
    for labels, number in recorded.items():
        tx.after_commit(partial(RECORDED.labels(*labels).inc, number))
    return event_ids
