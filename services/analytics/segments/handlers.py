"""Handler of profiles: what definitions may speak of grows with what profiles show."""

from __future__ import annotations

from services.analytics.facts.service import copies_of
from services.analytics.segments.service.vocabulary import AttributeLearner
from shared.contracts.customers import ProfileChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers() -> list[EventHandler]:
    """The handlers of one process, which remembers what it has stored."""
    learner = AttributeLearner()

    async def on_profile_changed(batch: EventBatch) -> None:
        """Attributes seen for the first time join the vocabulary of segments."""
        copies = await copies_of(batch)
        await learner.learn(batch.tx, [attributes for _, attributes, _, _ in copies.profiles.values()])

    return [EventHandler("analytics", Phase.COPIES, (ProfileChanged,), on_profile_changed)]
