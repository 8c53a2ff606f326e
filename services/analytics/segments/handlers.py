"""Handler of profiles: what definitions may speak of grows with what profiles show."""

from __future__ import annotations

from uuid import UUID

from services.analytics.facts.service import copies_of
from services.analytics.identity.service import identities_of
from services.analytics.segments.service.lists import follow_complaints
from services.analytics.segments.service.vocabulary import AttributeLearner
from shared.contracts.customers import ProfileChanged
from shared.contracts.interactions import CaseChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers() -> list[EventHandler]:
    """The handlers of one process, which remembers what it has stored."""
    learner = AttributeLearner()

    async def on_profile_changed(batch: EventBatch) -> None:
        """Attributes seen for the first time join the vocabulary of segments."""
        copies = await copies_of(batch)
        await learner.learn(batch.tx, [attributes for _, attributes, _, _ in copies.profiles.values()])

    async def on_cases_changed(batch: EventBatch) -> None:
        """Whoever has an open complaint is on the list of those."""
        erased = (await identities_of(batch)).erased
        latest: dict[UUID, tuple[UUID, bool, int]] = {}
        for event in batch.events:
            if event.data.kind == "complaint" and event.subject not in erased:
                known = latest.get(event.data.case_id)
                if known is None or known[2] <= event.version:
                    latest[event.data.case_id] = (event.subject, event.data.open_complaint, event.version)
        if latest:
            await follow_complaints(batch.tx, latest)

    return [
        EventHandler("analytics", Phase.COPIES, (ProfileChanged,), on_profile_changed),
        EventHandler("analytics", Phase.COPIES, (CaseChanged,), on_cases_changed),
    ]
