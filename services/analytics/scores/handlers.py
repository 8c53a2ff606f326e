"""Who objects to profiling has no scores from then on; no later fit looks at him."""

from __future__ import annotations

from services.analytics.scores.service.objections import forget_scores
from shared.contracts.privacy import ConsentChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_consent_changed(batch: EventBatch) -> None:
    """Scores of those who object are deleted."""
    objecting = {
        event.subject: event
        for event in batch.events
        if isinstance(event.data, ConsentChanged) and (event.data.purpose, event.data.state) == ("profiling", "denied")
    }
    if objecting:
        await forget_scores(batch.tx, objecting)


HANDLERS = (EventHandler("analytics", Phase.EFFECTS, (ConsentChanged,), on_consent_changed),)
