"""What the consumer fetched, on its way to the lane."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faust.types import TP

from services.analytics.lane.streams.backlog import Backlog, Fetched
from shared.clock import MACHINE


@dataclass(frozen=True, slots=True)
class Fetch:
    """One answer: records, where the next fetch begins, and which partitions hold more (or have not answered yet)."""

    records: Mapping[TP, list[Fetched]]
    positions: dict[TP, int]
    unread: set[TP]


class Feed:
    """What the consumer fills and the lane empties."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.backlog = Backlog(tuple(topics))
        self.filled = asyncio.Event()
        self.generation = 0
        self._behind_since: float | None = None

    def reset(self, assigned: Iterable[TP]) -> None:
        """A rebalance: forget what was fetched; asked ends of an older generation mean nothing any more."""
        self.generation += 1
        self.backlog.reset(assigned)
        self._behind_since = None

    def is_generation(self, generation: int) -> bool:
        """Whether no rebalance has begun or ended since `generation`."""
        return self.generation == generation

    def offer(self, fetched: Fetch) -> None:
        """Add one answer of the broker."""
        self.backlog.offer(fetched.records, fetched.positions, fetched.unread)
        if fetched.records:
            self._behind_since = None
        # Also without records: an answer may show that a topic is at its end, which sets others free.
        self.filled.set()

    def compare(self, ends: Mapping[TP, int]) -> None:
        """Note whether the broker holds records while none waits here."""
        behind = any((self.backlog.handled(tp) or 0) < end for tp, end in ends.items())
        if not behind or len(self.backlog):
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = MACHINE.monotonic()

    def waiting_s(self) -> float:
        """For how long the broker has held records that do not arrive."""
        return 0.0 if self._behind_since is None else MACHINE.monotonic() - self._behind_since
