"""A subscription: the topics that a consumer reads, how their records become events, and who handles those."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.contracts.envelope import Fact, Unreadable, read_envelope
from shared.customers.traces import Naming
from shared.database.transaction import Tx

Handler = Callable[[Tx, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. `topic` is the plain name, without an installation's prefix."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp_ms: int = 0

    def header(self, name: str) -> str | None:
        """The first header of that name that has a value, as text."""
        for key, value in self.headers:
            if key == name and value is not None:
                return value.decode("utf-8", "replace")
        return None


class EventsRefused(Exception):
    """Raised by a handler: these events of its batch can never have their effect, each for its reason. The others are
    handled without them, and each of these is a dead letter."""

    def __init__(self, refusals: Sequence[tuple[Any, Exception]]) -> None:
        super().__init__(str(refusals[0][1]))
        self.refusals = list(refusals)


@dataclass(frozen=True)
class Subscription:
    """What a consumer reads and who handles it.

    Give `handlers` (one event at a time), or `types` with `on_batch` (ordered, without duplicates), or `decode` with
    `on_batch` and `inbox=False` for a door whose records are no envelopes.
    """

    consumer: str
    topics: Sequence[str]
    handlers: dict[type[Any], Handler] = field(default_factory=dict)
    types: Sequence[type[Fact]] = ()
    on_batch: Callable[[Tx, list[Any]], Awaitable[None]] | None = None
    decode: Callable[[Record], Any] | None = None
    inbox: bool = True
    # Who published a record of an outer door, for the budget of poison; None: the topics are our own services'.
    publisher_of: Callable[[Record], str] | None = None
    # By which its dead letters are indexed by whom they name.
    naming: Naming | None = None

    @cached_property
    def known(self) -> dict[str, type[Fact]]:
        """The facts that are handled, by type."""
        return {fact.TYPE: fact for fact in (*self.types, *self.handlers)}

    def read(self, record: Record) -> Any | None:
        """The record's content, or None when nobody here handles its type. Raises Unreadable."""
        if self.decode is not None:
            return self.decode(record)
        kind = record.header("type")
        known = self.known
        if kind is not None and kind not in known:
            return None
        if record.value is None:
            raise Unreadable("the record has no value")
        return read_envelope(record.value, known)

    async def handle(self, tx: Tx, events: list[Any]) -> None:
        """The effect of `events`, within `tx`."""
        if self.on_batch is not None:
            await self.on_batch(tx, events)
            return
        for event in events:
            tx.cause = event
            await self.handlers[type(event.data)](tx, event)
        tx.cause = None
