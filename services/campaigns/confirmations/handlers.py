"""Event handlers: somebody signed up by an address that has to confirm."""

from __future__ import annotations

from services.campaigns.confirmations.service import ask_to_confirm
from shared.contracts.privacy import SignupRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_signups_requested(batch: EventBatch) -> None:
    """Their addresses are asked."""
    await ask_to_confirm(batch.tx, batch.events)


HANDLERS = (EventHandler("campaigns", Phase.EFFECTS, (SignupRequested,), on_signups_requested),)
