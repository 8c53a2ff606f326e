"""Would catch handlers of a batch that run in another order than their phases, or miss an event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.privacy import RestrictionChanged, SuppressionChanged
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch, EventHandler, Phase, subscription_of

NOW = datetime(2024, 6, 3, tzinfo=UTC)


def an_event(fact: Fact) -> Envelope[Any]:
    return Envelope(uuid4(), fact.TYPE, "privacy", uuid4(), NOW, NOW, 1, Origin.LIVE, None, None, fact)


async def test_subjects_are_named_by_all_before_they_are_locked_and_each_handler_gets_its_own_events() -> None:
    restricted = an_event(RestrictionChanged(restricted=True))
    suppressed = an_event(SuppressionChanged(channel="email", active=True, reason="manual"))
    seen: list[tuple[str, list[Envelope[Any]]]] = []

    def handler(name: str, phase: Phase, *types: type[Fact]) -> EventHandler:
        async def handle(batch: EventBatch) -> None:
            seen.append((name, list(batch.events)))
            batch.resolved.setdefault("names", []).append(name)
            assert batch.resolved["names"] == [name for name, _ in seen]

        return EventHandler("campaigns", phase, types, handle)

    handlers = [
        handler("effect", Phase.EFFECTS, RestrictionChanged),
        handler("lock", Phase.LOCKS),
        handler("low", Phase.SUBJECTS, SuppressionChanged),
        handler("high", Phase.SUBJECTS, RestrictionChanged, SuppressionChanged),
    ]
    subscription = subscription_of("campaigns", ["privacy-events"], handlers, None)
    assert set(subscription.types) == {RestrictionChanged, SuppressionChanged}
    assert subscription.on_batch is not None
    await subscription.on_batch(cast(Tx, None), [restricted, suppressed])
    assert seen == [
        ("low", [suppressed]),
        ("high", [restricted, suppressed]),
        ("lock", [restricted, suppressed]),
        ("effect", [restricted]),
    ]
