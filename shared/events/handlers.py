"""Event handlers of capabilities, run in phases: a new capability adds one and edits no ordered script.

A batch of events is handled in one transaction. First everybody's identity is settled (merges, tombstones), then the
copies of other services' facts are brought up to date, then the effects follow: so an entry or a send decided in this
batch already sees what the same batch said about its customer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from shared.contracts.envelope import Envelope, Fact
from shared.database.transaction import Tx
from shared.events.subscription import Subscription


class Phase(IntEnum):
    """When a handler runs within a batch; within a phase the order is that of the capabilities."""

    SUBJECTS = 0
    """Name those whose rows the batch will write or decide by; nothing is locked or written yet."""
    LOCKS = 1
    """Lock all of them at once and in one order: no two transactions can wait for each other."""
    IDENTITY = 2
    """Who is who from here on: merges, tombstones, retired identifiers."""
    COPIES = 3
    """Facts of other services that are kept here."""
    EFFECTS = 4
    """What follows from all of that."""


@dataclass(slots=True)
class EventBatch:
    """Events handled in one transaction. `events` are those of the handler's types, in order and without duplicates.

    `resolved` belongs to the whole batch: what one handler worked out (groups, tombstones) the later ones reuse.
    """

    tx: Tx
    settings: Any
    events: Sequence[Envelope[Any]]
    resolved: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventHandler:
    """A function of one capability that handles events of some types, for one consumer, in one phase.

    Without `types` it gets every event of the batch, and makes the consumer read none by itself.
    """

    consumer: str
    phase: Phase
    types: Sequence[type[Fact]]
    handle: Callable[[EventBatch], Awaitable[None]]


def subscription_of(
    consumer: str, topics: Sequence[str], handlers: Sequence[EventHandler], settings: Any
) -> Subscription:
    """What one consumer reads and who handles it: `handlers` by phase, each with the events of its types."""
    ordered = sorted(handlers, key=lambda handler: handler.phase)
    types = list(dict.fromkeys(fact for handler in ordered for fact in handler.types))

    async def on_batch(tx: Tx, events: list[Envelope[Any]]) -> None:
        resolved: dict[str, Any] = {}
        for handler in ordered:
            kinds = tuple(handler.types)
            handled = [event for event in events if not kinds or isinstance(event.data, kinds)]
            if handled:
                await handler.handle(EventBatch(tx, settings, handled, resolved))

    return Subscription(consumer, topics, types=types, on_batch=on_batch)
