"""Handlers that advance customers by the events of a batch, and take out those who object to profiling."""

from __future__ import annotations

from services.analytics.facts.service import COPIED
from services.analytics.memberships.service.batches import advance_batch, load_batch
from services.analytics.memberships.service.objections import follow_objections
from services.analytics.segments.service.programs import Programs
from shared.contracts.privacy import ConsentChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers(programs: Programs) -> list[EventHandler]:
    """The handlers of one process; `programs` is the compiled program that it keeps."""

    async def load_customers(batch: EventBatch) -> None:
        """States are read and locked, before the batch's own facts are stored."""
        await load_batch(batch, programs)

    async def on_copied_events(batch: EventBatch) -> None:
        """Memberships are as the events made them, and the changes are emitted."""
        await advance_batch(batch, programs)

    async def on_consent_changed(batch: EventBatch) -> None:
        """Who objects to profiling, or does no longer, is recomputed."""
        await follow_objections(batch)

    return [
        EventHandler("analytics", Phase.LOCKS, COPIED, load_customers),
        EventHandler("analytics", Phase.EFFECTS, COPIED, on_copied_events),
        EventHandler("analytics", Phase.EFFECTS, (ConsentChanged,), on_consent_changed),
    ]
