"""Event handlers of capabilities, run in phases, so that a new capability adds one and edits no ordered script.

A batch of events is handled in one transaction. First everybody's identity is settled (merges, tombstones), then the
copies of other services' facts are brought up to date, then the effects follow: so an entry or a send decided in this
batch already sees what the same batch brought about its customer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
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
    """Take the locks that the later phases rely on, in one order, and read what must be read before any of this batch
    is stored."""
    IDENTITY = 2
    """Who is who from here on: merges, tombstones, retired identifiers."""
    COPIES = 3
    """Facts of other services that are kept here."""
    EFFECTS = 4
    """What follows from all of that."""


@dataclass(slots=True)
class EventBatch:
    """Events handled in one transaction. `events` are those of the handler's types, in order and without duplicates.

    `all_events` and `resolved` belong to the whole batch: what one handler worked out of all events (groups,
    tombstones) the later ones reuse.
    """

    tx: Tx
    settings: Any
    events: Sequence[Envelope[Any]]
    resolved: dict[str, Any] = field(default_factory=dict)
    all_events: Sequence[Envelope[Any]] = ()


@dataclass(frozen=True, slots=True)
class EventHandler:
    """A function of one capability that handles events of some types, for one consumer, in one phase.

    Without `types` it gets every event of the batch, and makes the consumer read none by itself.

    An event of a type with `alone` is a batch of its own: what came before it has gone through all phases, and what
    comes after it waits. For consumers to whom the order of such an event among the others matters.
    """

    consumer: str
    phase: Phase
    types: Sequence[type[Fact]]
    handle: Callable[[EventBatch], Awaitable[None]]
    alone: bool = False


def subscription_of(
    consumer: str, topics: Sequence[str], handlers: Sequence[EventHandler], settings: Any
) -> Subscription:
    """What one consumer reads and who handles it: `handlers` by phase, each with the events of its types."""
    ordered = sorted(handlers, key=lambda handler: handler.phase)
    accepted = [(handler, tuple(handler.types)) for handler in ordered]
    types = list(dict.fromkeys(fact for handler in ordered for fact in handler.types))
    alone = tuple(fact for handler in ordered if handler.alone for fact in handler.types)

    async def on_batch(tx: Tx, events: list[Envelope[Any]]) -> None:
        for run in _runs(events, alone):
            resolved: dict[str, Any] = {}
            present = {type(event.data) for event in run}
            for handler, own in accepted:
                chosen: Sequence[Envelope[Any]] = run
                # Classes are asked once: of pydantic, an isinstance that is not so takes a microsecond for each event.
                wanted = _among(present, own) if own else present
                if len(wanted) < len(present):
                    chosen = [event for event in run if type(event.data) in wanted] if wanted else ()
                if chosen:
                    await handler.handle(EventBatch(tx, settings, chosen, resolved, run))

    # Without settings for handlers that need none: a rebuild, a test.
    naming = None if settings is None else settings.naming
    return Subscription(consumer, topics, types=types, on_batch=on_batch, naming=naming)


def _among(kinds: Collection[type[Fact]], wanted: tuple[type[Fact], ...]) -> set[type[Fact]]:
    return {kind for kind in kinds if issubclass(kind, wanted)}


def _runs(events: Sequence[Envelope[Any]], alone: tuple[type[Fact], ...]) -> Iterator[Sequence[Envelope[Any]]]:
    """The events in order, cut before and after each that is to be alone."""
    wanted: set[type[Fact]] = _among({type(event.data) for event in events}, alone) if alone else set()
    if not wanted:
        yield events
        return
    start = 0
    for number, event in enumerate(events):
        if type(event.data) in wanted:
            if start < number:
                yield events[start:number]
            yield events[number : number + 1]
            start = number + 1
    if start < len(events):
        yield events[start:]
