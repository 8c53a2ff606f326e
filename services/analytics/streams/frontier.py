"""Up to which moment everything that was recorded has been handled, for each partition.

A wake-up due at t may fire only when the inputs of its partition are read up to t. The broker is asked for the ends of
the partition's topics; whatever was recorded a little before the question (the relays' time) lies below those ends.
When the lane has handled all of it, the frontier is the moment of the question less that little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from faust.types import TP

from services.analytics.streams.backlog import Backlog

# From the recording transaction to the topic: the relay's round, its linger and the broker's answer, with room.
ALLOWANCE_S = 0.3


@dataclass(slots=True)
class _Question:
    covers: datetime
    ends: dict[TP, int]


class Frontier:
    """Questions asked and answered, for one generation of the group."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._questions: dict[int, _Question] = {}
        self._reached: dict[int, datetime] = {}

    def reset(self) -> None:
        """A rebalance: what was asked of other partitions means nothing now."""
        self._questions.clear()
        self._reached.clear()

    def ask(self, asked_at: datetime, factor: float, ends: Mapping[TP, int]) -> None:
        """Note the broker's answer to a question put at `asked_at` (business time, which runs `factor` times as fast).

        A partition with an open question keeps it: a new one each time would never be reached under load.
        """
        covers = asked_at - timedelta(seconds=ALLOWANCE_S * factor)
        grouped: dict[int, dict[TP, int]] = {}
        for tp, end in ends.items():
            grouped.setdefault(tp.partition, {})[tp] = end
        for number, own in grouped.items():
            self._questions.setdefault(number, _Question(covers, own))

    def reached(self) -> dict[int, datetime]:
        """For each partition the moment up to which all is handled. Only between two batches."""
        for number, question in list(self._questions.items()):
            if all(self._passed(tp, end) for tp, end in question.ends.items()):
                self._reached[number] = question.covers
                del self._questions[number]
        return dict(self._reached)

    def _passed(self, tp: TP, end: int) -> bool:
        at = self._backlog.handled(tp)
        return at is not None and at >= end
