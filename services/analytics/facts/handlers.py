"""Handler of the events that are kept here."""

from __future__ import annotations

from services.analytics.facts.service import COPIED, copies_of, store
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_copied_events(batch: EventBatch) -> None:
    """Facts, profiles and consents are stored."""
    await store(batch.tx, await copies_of(batch))


HANDLERS = (EventHandler("analytics", Phase.COPIES, COPIED, on_copied_events),)
