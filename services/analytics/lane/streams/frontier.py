"""Up to which moment everything that was recorded has been handled, for each partition.

A wake-up due at t may fire only when the inputs of its partition are read up to t. The watermarks tell up to when all
that was recorded is on the topics; asked after that, the broker tells where those topics end. When the lane has handled
everything below those ends, the frontier is that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from faust.types import TP

from services.analytics.lane.streams.backlog import Backlog


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

    def ask(self, covers: datetime, ends: Mapping[TP, int]) -> None:
        """Note where the topics end, by an answer to a question put after all recorded up to `covers` was on them.

        A partition with an open question keeps it: a new one each time would never be reached under load.
        """
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
