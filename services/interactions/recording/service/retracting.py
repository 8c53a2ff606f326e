"""Take back what was recorded by mistake: here and, by an event, wherever it is kept as a fact."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.interactions.recording import repository
from services.interactions.recording.domain.digests import event_id_of
from services.interactions.recording.domain.interactions import RecordedInteraction
from shared.contracts.envelope import Origin
from shared.contracts.interactions import InteractionsRetracted, Retracted
from shared.database.transaction import Tx


async def retract(tx: Tx, recorded: Sequence[RecordedInteraction]) -> int:
    """These interactions have not happened: they are gone from timelines, other services are told, and their messages
    may come again. Returns how many were still there; who was erased meanwhile is left alone.

    The caller holds `lock_against_erasures`.
    """
    gone = await repository.delete_interactions(tx, recorded)
    by_customer: dict[UUID, list[Retracted]] = {}
    for interaction in recorded:
        if interaction.id in gone:
            told = Retracted(interaction_id=interaction.id, event_id=event_id_of(interaction.id), time=interaction.time)
            by_customer.setdefault(interaction.customer_id, []).append(told)
    for customer_id, interactions in by_customer.items():
        tx.publish(InteractionsRetracted(interactions=interactions), subject=customer_id, origin=Origin.REPAIR)
    await repository.forget_messages(tx, [interaction.digest for interaction in recorded])
    return len(gone)
