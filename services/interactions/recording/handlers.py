"""Handlers of other services' events that are interactions."""

from __future__ import annotations

from services.interactions.identity.service import lock_against_erasures
from services.interactions.recording.service.outcomes import record_settled, record_withdrawals
from shared.contracts.campaigns import MessageSettled
from shared.contracts.privacy import ConsentChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


async def before_recording(batch: EventBatch) -> None:
    """Erasures wait for this batch, and it for them. Comes after identity's lock, which it must not have to widen."""
    await lock_against_erasures(batch.tx)


async def on_messages_settled(batch: EventBatch) -> None:
    """Campaigns' messages were handed over, or bounced."""
    await record_settled(batch.tx, batch.events)


async def on_consents_changed(batch: EventBatch) -> None:
    """People took consent back by the link or page in a message."""
    await record_withdrawals(batch.tx, batch.events)


HANDLERS = [
    EventHandler("interactions-settled", Phase.LOCKS, [MessageSettled], before_recording),
    EventHandler("interactions-settled", Phase.EFFECTS, [MessageSettled], on_messages_settled),
    EventHandler("interactions", Phase.LOCKS, [ConsentChanged], before_recording),
    EventHandler("interactions", Phase.EFFECTS, [ConsentChanged], on_consents_changed),
]
