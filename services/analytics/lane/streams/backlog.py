"""Records fetched and not yet handled, merged over the topics of a partition by the broker's time.

Each topic is in order by itself; between topics nothing orders them. After an outage one topic would be read to its end
before another: a profile change of now would let the windows of a customer lapse whose purchase of yesterday lies
unread beside it. So a record is given out only when no co-partitioned topic can still hold an older one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from faust.types import TP


class Fetched(Protocol):
    """What the consumer gives: aiokafka's record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Gap(RuntimeError):
    """Records that follow what was fetched are missing; read again from what was committed."""


class Backlog:
    """The queues of the assigned partitions. One loop offers, the lane takes; neither waits inside."""

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = tuple(topics)
        self._queues: dict[TP, deque[Fetched]] = {}
        self._unread: set[TP] = set()
        self._positions: dict[TP, int] = {}
        self._turn = 0

    def reset(self, assigned: Iterable[TP] = ()) -> None:
        """Forget all: after a rebalance everything is read again from what was committed."""
        self._queues = {tp: deque() for tp in assigned}
        # Until the first answer of the broker, there may be something older in each topic.
        self._unread = set(self._queues)
        self._positions = {}

    def offer(self, records: Mapping[TP, Sequence[Fetched]], positions: Mapping[TP, int], unread: Iterable[TP]) -> None:
        """Add what was fetched. `positions`: next offset to fetch; `unread`: where the broker holds more (or may)."""
        for tp, fetched in records.items():
            if tp in self._queues:
                # Nothing compacts these topics and nothing writes them in transactions: offsets have no holes.
                expected = self._positions.get(tp)
                if expected is not None and fetched[0].offset > expected:
                    raise Gap(f"{tp.topic}[{tp.partition}]: {expected} was expected, {fetched[0].offset} came")
                self._queues[tp].extend(fetched)
        self._positions = {tp: at for tp, at in positions.items() if tp in self._queues}
        self._unread = {tp for tp in unread if tp in self._queues}

    def take(self, most: int) -> list[Fetched]:
        """Up to `most` records that may be handled now, in the order in which to handle them."""
        batch: list[Fetched] = []
        numbers = self.partitions()
        for step in range(len(numbers)):
            if len(batch) >= most:
                break
            number = numbers[(self._turn + step) % len(numbers)]
            self._take_from(number, most, batch)
        # The next batch begins with another partition, so that a full one cannot starve the others.
        self._turn += 1
        return batch

    def _take_from(self, number: int, most: int, batch: list[Fetched]) -> None:
        tps = [tp for topic in self._topics if (tp := TP(topic, number)) in self._queues]
        while len(batch) < most:
            filled = [tp for tp in tps if self._queues[tp]]
            if not filled or any(tp in self._unread for tp in tps if not self._queues[tp]):
                return
            if len(filled) == 1:
                queue = self._queues[filled[0]]
                batch.extend(queue.popleft() for _ in range(min(most - len(batch), len(queue))))
                if not queue and filled[0] in self._unread:
                    return
                continue
            oldest = min(filled, key=lambda tp: self._queues[tp][0].timestamp)
            batch.append(self._queues[oldest].popleft())

    def partitions(self) -> list[int]:
        """The numbers of the assigned partitions."""
        return sorted({tp.partition for tp in self._queues})

    def assigned(self) -> list[TP]:
        """Every assigned partition of every topic."""
        return list(self._queues)

    def length(self, tp: TP) -> int:
        """Records of `tp` that wait here."""
        return len(self._queues.get(tp, ()))

    def handled(self, tp: TP) -> int | None:
        """The first offset not yet given out, None before the broker's first answer. Only between two batches."""
        queue = self._queues.get(tp)
        if queue:
            return queue[0].offset
        return self._positions.get(tp)

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())
