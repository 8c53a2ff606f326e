"""Handler of erasure requests; identity has locked recordings out and added the tombstones by then."""

from __future__ import annotations

from services.interactions.erasures.service import erase
from shared.contracts.privacy import ErasureRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_erasures_requested(batch: EventBatch) -> None:
    """Each request is fulfilled and answered by itself: its receipt counts its own rows."""
    key = batch.settings.installation_key.get_secret_value()
    for event in batch.events:
        await erase(batch.tx, key, event)


HANDLERS = [EventHandler("interactions", Phase.EFFECTS, [ErasureRequested], on_erasures_requested)]
