"""Handler of the events that are kept here."""

from __future__ import annotations

from services.analytics.facts.service import COPIED, copies_of, retract, store
from shared.contracts.interactions import InteractionsRetracted
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_copied_events(batch: EventBatch) -> None:
    """Facts, profiles and consents are stored."""
    await store(batch.tx, await copies_of(batch))


async def on_retracted(batch: EventBatch) -> None:
    """Facts that were taken back are gone, and who had them is recomputed."""
    await retract(batch)


HANDLERS = (
    EventHandler("analytics", Phase.COPIES, COPIED, on_copied_events),
    # Alone: facts of the same batch must be stored before, and states of those after it know what is gone.
    EventHandler("analytics", Phase.COPIES, [InteractionsRetracted], on_retracted, alone=True),
)
