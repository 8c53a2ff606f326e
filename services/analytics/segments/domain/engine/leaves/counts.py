"""Counting leaves: how many events, or how many distinct values, against a constant."""

from bisect import bisect_right, insort
from typing import Any

from services.analytics.segments.domain.engine.inputs import Change, Fact
from services.analytics.segments.domain.engine.leaves.base import Answer, Data
from services.analytics.segments.domain.engine.leaves.events import EventLeaf
from services.analytics.segments.domain.engine.predicates import compares, reader_of
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language import nodes as n


def steps_of(op: str, value: Any) -> tuple[int, ...]:
    """The counts c, greatest first, at which the comparison's truth differs from that at c - 1."""
    low, high = value if isinstance(value, tuple) else (value, value)
    both = {"eq": (low, high + 1), "ne": (low, high + 1), "between": (low, high + 1),
            "gte": (low,), "lt": (low,), "gt": (low + 1,), "lte": (low + 1,)}[op]  # fmt: skip
    return tuple(sorted((step for step in both if step >= 1), reverse=True))


class CountLeaf(EventLeaf):
    """What all counting leaves share: the comparison, and how many entries can matter."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        self.compare = compares(node.op, node.value)
        self.steps = steps_of(node.op, node.value)
        self.most = max(self.steps, default=0)
        # Between two steps nothing changes: asked for each event, so the answers are kept.
        self.turns = tuple((step, self.holds(step)) for step in self.steps)
        self.none = self.holds(0)

    def holds(self, count: int) -> bool:
        """The comparison for a count; counts above `most` are all alike."""
        return self.compare(count, 1)


class RecentCount(CountLeaf):
    """Events of the last W. Data: the ts of the n newest, ascending; it flips when the n-th newest is W old."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Last)
        self.length = node.window.length

    def add(self, data: Data, event: Fact) -> Data:
        times = list(data) if data else []
        insort(times, event.ts)
        return times[-self.most :] if self.most else None

    def fill(self, data: Data, changes: list[Change]) -> Data:
        times = sorted([*(data or ()), *(event.ts for event in changes if isinstance(event, Fact))])
        return times[-self.most :] or None if self.most else None

    def answer(self, data: Data, now: int) -> Answer:
        if not data:
            return self.none, NEVER
        count = len(data) - bisect_right(data, now - self.length)
        for step, holds in self.turns:
            if step <= count:
                return holds, data[-step] + self.length
        return self.none, NEVER

    def trim(self, data: Data, now: int) -> Data:
        if data and data[0] > now - self.length:
            return data
        return data[bisect_right(data, now - self.length) :] or None if data else None

    def reach(self, now: int) -> int | None:
        return now - self.length + 1

    def measure(self, data: Data, now: int) -> object:
        count = len(data or ()) - bisect_right(data or (), now - self.length)
        return {"at_least" if count == self.most else "count": count}


class FixedCount(CountLeaf):
    """Events of a fixed window or ever. Data: how many, up to as many as can matter."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Fixed)
        self.inside = inside(node.window)

    def add(self, data: Data, event: Fact) -> Data:
        return min((data or 0) + 1, self.most) or None if event.ts in self.inside else data

    def answer(self, data: Data, now: int) -> Answer:
        return self.holds(data or 0), NEVER

    def measure(self, data: Data, now: int) -> object:
        return {"at_least" if data == self.most else "count": data or 0}


class DistinctLeaf(CountLeaf):
    """Distinct values of a field; events without it, or with another type in it, do not count."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert node.field is not None
        assert node.type is not None
        self.name, self.read = node.field, reader_of(node.type)

    def value(self, event: Fact) -> Any:
        """The event's value of the field, or None."""
        return self.read(event.props.get(self.name))


class RecentDistinct(DistinctLeaf):
    """Distinct values of the last W. Data: [last ts, value] of the n values seen last, ascending."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Last)
        self.length = node.window.length

    def add(self, data: Data, event: Fact) -> Data:
        value = self.value(event)
        if value is None:
            return data
        seen = {item: ts for ts, item in data or ()}
        seen[value] = max(event.ts, seen.get(value, event.ts))
        pairs = sorted([ts, item] for item, ts in seen.items())
        return pairs[-self.most :] if self.most else None

    def _start(self, data: Data, now: int) -> int:
        return bisect_right(data, now - self.length, key=lambda pair: pair[0])

    def answer(self, data: Data, now: int) -> Answer:
        if not data:
            return self.none, NEVER
        count = len(data) - self._start(data, now)
        for step, holds in self.turns:
            if step <= count:
                return holds, data[-step][0] + self.length
        return self.none, NEVER

    def trim(self, data: Data, now: int) -> Data:
        return data[self._start(data, now) :] or None if data else None

    def reach(self, now: int) -> int | None:
        return now - self.length + 1

    def measure(self, data: Data, now: int) -> object:
        return {"values": [pair[1] for pair in (data or ())[self._start(data or (), now) :]]}


class FixedDistinct(DistinctLeaf):
    """Distinct values of a fixed window or ever. Data: the n smallest, which are enough to count up to n."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Fixed)
        self.inside = inside(node.window)

    def add(self, data: Data, event: Fact) -> Data:
        value = self.value(event)
        if value is None or event.ts not in self.inside or value in (data or ()):
            return data
        return sorted([*(data or ()), value])[: self.most] or None

    def answer(self, data: Data, now: int) -> Answer:
        return self.holds(len(data or ())), NEVER

    def measure(self, data: Data, now: int) -> object:
        return {"values": data or []}


def inside(window: n.Fixed) -> range:
    """The instants of a fixed window; `ts in range` is arithmetic, not a search."""
    return range(-NEVER if window.start is None else window.start, NEVER if window.end is None else window.end)
