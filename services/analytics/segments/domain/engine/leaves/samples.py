"""Leaves that need every event of their window: sums and extremes, and windows with two moving edges."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any

from services.analytics.segments.domain.engine.inputs import Change, Fact
from services.analytics.segments.domain.engine.leaves.base import Answer, Data
from services.analytics.segments.domain.engine.leaves.counts import inside
from services.analytics.segments.domain.engine.leaves.events import EventLeaf
from services.analytics.segments.domain.engine.leaves.spans import Span, span_of
from services.analytics.segments.domain.engine.predicates import Where, compares, reader_of
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language import nodes as n
from services.analytics.segments.domain.quantities import total

Number = int | float


def both(left: Any, right: Any) -> Any:
    """What was bought and what came back, of two."""
    return [total(left[0], right[0]), total(left[1], right[1])]


FOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": total, "avg": total, "min": min, "max": max, n.RETURNED: both
}  # fmt: skip

MEASURES: dict[str, Callable[[Any], object]] = {
    "count": len, "distinct": lambda values: len(set(values)), "min": min, "max": max,
    n.RETURNED: lambda values: dict(zip(("bought", "returned"), reduce(both, values), strict=True)),
    "sum": lambda values: reduce(total, values), "avg": lambda values: reduce(total, values) / len(values),
}  # fmt: skip


class FieldLeaf(EventLeaf):
    """An aggregate of a field. Events without the field, or with one of another type, do not count."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        # A net count is the sum of ones, some of which are below zero.
        self.agg, self.name = "sum" if node.net else node.agg, node.field
        self.kinds = node.kinds
        self.compare = compares(node.op, node.value)
        self.read = reader_of(node.type) if node.type else None

    def value(self, event: Fact) -> Any:
        """What the event brings to the aggregate; None when it does not count."""
        found: Any = 1 if self.name is None or self.read is None else self.read(event.props.get(self.name))
        if found is None or len(self.kinds) == 1:
            return found
        is_return = event.kind == self.kinds[1]
        if self.agg == n.RETURNED:
            return [0, found] if is_return else [found, 0]
        return -found if is_return else found

    def topics(self) -> tuple[object, ...]:
        return tuple(("event", kind) for kind in self.kinds)

    def conditions(self) -> Mapping[str, Where | None]:
        return dict.fromkeys(self.kinds, self.where)

    def holds(self, total: Any, number: int) -> bool:
        """The comparison for a folded total of a number of events."""
        if self.agg == n.RETURNED:
            bought, returned = total or (0, 0)
            return bought > 0 and self.compare(returned, bought)
        if self.agg == "avg":
            return number > 0 and self.compare(total, number)
        return (number > 0 or self.agg not in ("min", "max")) and self.compare(total, 1)


class FixedFold(FieldLeaf):
    """Sum, avg, min or max of a fixed window or ever. Data: [total or extreme, number]."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Fixed)
        self.inside, self.fold = inside(node.window), FOLDS[self.agg]

    def add(self, data: Data, event: Fact) -> Data:
        value = self.value(event)
        if value is None or event.ts not in self.inside:
            return data
        return [value, 1] if data is None else [self.fold(data[0], value), data[1] + 1]

    def answer(self, data: Data, now: int) -> Answer:
        return self.holds(*(data or (0, 0))), NEVER

    def size(self, data: Data) -> int:
        return 1

    def measure(self, data: Data, now: int) -> object:
        return {self.agg: data and data[0], "events": data[1] if data else 0}


class SampleLeaf(FieldLeaf):
    """Every event that the window holds or will hold. Data: [ts, value] ascending."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        self.span: Span = span_of(node.window)

    def add(self, data: Data, event: Fact) -> Data:
        value = self.value(event)
        return data if value is None else sorted([*(data or ()), [event.ts, value]])

    def fill(self, data: Data, changes: list[Change]) -> Data:
        # Thousands at once: sorted once, and not once for each.
        values = [[event.ts, self.value(event)] for event in changes if isinstance(event, Fact)]
        return sorted([*(data or ()), *(pair for pair in values if pair[1] is not None)]) or None

    def _inside(self, data: Data, now: int) -> Any:
        low, high = self.span.bounds(now)
        times = [ts for ts, _ in data or ()]
        return (data or [])[bisect_left(times, low) : bisect_left(times, high)]

    def _truth(self, samples: Sequence[Sequence[Any]]) -> bool:
        values = [value for _, value in samples]
        if self.agg == "count":
            return self.holds(len(values), 1)
        if self.agg == "distinct":
            return self.holds(len(set(values)), 1)
        return self.holds(reduce(FOLDS[self.agg], values) if values else 0, len(values))

    def answer(self, data: Data, now: int) -> Answer:
        held = self._truth(self._inside(data, now))
        return held, self.span.edge([ts for ts, _ in data or ()], now)

    def trim(self, data: Data, now: int) -> Data:
        floor = self.span.floor(now)
        if data and data[0][0] >= floor:
            return data
        return [pair for pair in data or () if pair[0] >= floor] or None

    def reach(self, now: int) -> int | None:
        return self.span.floor(now)

    def measure(self, data: Data, now: int) -> object:
        values = [value for _, value in self._inside(data, now)]
        return {self.agg: MEASURES[self.agg](values), "events": len(values)} if values else {"events": 0}


class RecentFold(SampleLeaf):
    """Sum, avg, min or max of the last W, with the exact next flip and not only the next departure."""

    def __init__(self, node: n.Aggregate, id: int) -> None:
        super().__init__(node, id)
        assert isinstance(node.window, n.Last)
        self.length, self.fold = node.window.length, FOLDS[self.agg]

    def answer(self, data: Data, now: int) -> Answer:
        if not data:
            return self.holds(0, 0), NEVER
        start = bisect_left(data, [now - self.length + 1])
        window = data[start:] if start else data
        number = len(window)
        # rests[k]: the aggregate of the k + 1 newest, which is what remains when the older ones have left.
        rests = list(accumulate([value for _, value in reversed(window)], self.fold))
        held = self.holds(rests[-1], number) if number else self.holds(0, 0)
        for gone in range(1, number + 1):
            if gone < number and window[gone][0] == window[gone - 1][0]:
                continue  # these leave together
            rest = number - gone
            if (self.holds(rests[rest - 1], rest) if rest else self.holds(0, 0)) != held:
                return held, int(window[gone - 1][0]) + self.length
        return held, NEVER
