"""Would catch a batch whose order does not hold for events to which it matters."""

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


async def test_what_came_before_an_event_that_is_alone_has_gone_through_all_phases() -> None:
    restricted = an_event(RestrictionChanged(restricted=True))
    suppressed = [an_event(SuppressionChanged(channel="email", active=True, reason="manual")) for _ in range(4)]
    seen: list[tuple[str, list[Envelope[Any]]]] = []

    def handler(name: str, phase: Phase, fact: type[Fact], *, alone: bool = False) -> EventHandler:
        async def handle(batch: EventBatch) -> None:
            assert list(batch.all_events) == list(batch.events)
            assert batch.resolved.setdefault("first", name) == ("alone" if name == "alone" else "copy")
            seen.append((name, list(batch.events)))

        return EventHandler("analytics", phase, (fact,), handle, alone)

    handlers = [
        handler("effect", Phase.EFFECTS, SuppressionChanged),
        handler("copy", Phase.COPIES, SuppressionChanged),
        handler("alone", Phase.IDENTITY, RestrictionChanged, alone=True),
    ]
    subscription = subscription_of("analytics", ["privacy-events"], handlers, None)
    assert subscription.on_batch is not None
    await subscription.on_batch(cast(Tx, None), [*suppressed[:2], restricted, restricted, *suppressed[2:]])
    assert seen == [
        ("copy", suppressed[:2]),
        ("effect", suppressed[:2]),
        ("alone", [restricted]),
        ("alone", [restricted]),
        ("copy", suppressed[2:]),
        ("effect", suppressed[2:]),
    ]
