"""Pause journeys that cannot go on, with an alarm, and with the reason in their state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from services.campaigns.journeys.domain.journey import Journey, JourneyState
from services.campaigns.journeys.repository import journeys
from services.campaigns.journeys.service.journeys import get_journey
from services.campaigns.journeys.service.lifecycle import pause_for
from services.campaigns.messages.service import settling
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

PAUSED = counter("journeys_paused_total", "Journeys that were paused by the service itself", ["reason"])


async def pause_struck(tx: Tx) -> int:
    """Journeys whose messages brought down two senders in a row, or two processes that write letters, are paused;
    returns how many."""
    paused = 0
    for journey in await journeys.running(tx):
        since = journey.running_since or journey.created_at
        reason = (await settling.strikes_since(tx, journey.id, since)).reason
        if reason is not None:
            locked = await get_journey(tx, journey.id, lock=True)
            paused += await _pause(tx, locked, reason)
    return paused


async def pause_for_archived(tx: Tx, segment_ids: Sequence[UUID]) -> None:
    """Nobody enters by an archived segment any more, and its end must not look like everybody's leaving."""
    for journey in await journeys.using_segment(tx, segment_ids):
        await _pause(tx, journey, "segment-archived")


async def _pause(tx: Tx, journey: Journey, reason: str) -> int:
    if journey.state is not JourneyState.RUNNING:
        return 0
    await pause_for(tx, journey, reason)
    tx.after_commit(PAUSED.labels(reason).inc)
    tx.after_commit(partial(log.error, "journey_paused", journey_id=str(journey.id), reason=reason))
    return 1
