"""Handlers that advance customers by the events of a batch."""

from __future__ import annotations

from services.analytics.facts.service import COPIED
from services.analytics.memberships.service.batches import advance_batch, load_batch
from services.analytics.segments.service.programs import Programs
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers(programs: Programs) -> list[EventHandler]:
    """The handlers of one process; `programs` is the compiled program that it keeps."""

    async def load_customers(batch: EventBatch) -> None:
        """States are read and locked, before the batch's own facts are stored."""
        await load_batch(batch, programs)

    async def on_copied_events(batch: EventBatch) -> None:
        """Memberships are as the events made them, and the changes are emitted."""
        await advance_batch(batch, programs)

    return [
        EventHandler("analytics", Phase.LOCKS, COPIED, load_customers),
        EventHandler("analytics", Phase.EFFECTS, COPIED, on_copied_events),
    ]
