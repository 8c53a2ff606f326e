"""Leaves over the events of one kind: what they share, and the two that look at the first or last one."""

from abc import abstractmethod
from collections.abc import Mapping

from services.analytics.segments.domain.engine.inputs import Change, Fact
from services.analytics.segments.domain.engine.leaves.base import Answer, Data, Leaf, until
from services.analytics.segments.domain.engine.predicates import Where, predicate, where
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language import nodes as n


class EventLeaf(Leaf):
    """A leaf over the events that one pattern matches."""

    def __init__(self, node: n.Aggregate | n.Edge | n.EdgeAge, id: int) -> None:
        super().__init__(node, id)
        self.kind = node.pattern.event
        self.where = where(node.pattern.where)

    def topics(self) -> tuple[object, ...]:
        return (("event", self.kind),)

    def conditions(self) -> Mapping[str, Where | None]:
        return {self.kind: self.where}

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, Fact)
        return self.add(data, change)

    @abstractmethod
    def add(self, data: Data, event: Fact) -> Data:
        """The data with one more event."""


class EdgeLeaf(EventLeaf):
    """A property of the first or last event. Data: [ts, id, truth]."""

    def __init__(self, node: n.Edge, id: int) -> None:
        super().__init__(node, id)
        self.name, self.check, self.last = node.test.name, predicate(node.test), node.which == "last"

    def add(self, data: Data, event: Fact) -> Data:
        if data is not None and ((event.ts, event.id) > (data[0], data[1])) is not self.last:
            return data
        return [event.ts, event.id, self.check(event.props.get(self.name))]

    def answer(self, data: Data, now: int) -> Answer:
        return data is not None and data[2], NEVER

    def size(self, data: Data) -> int:
        return 1

    def measure(self, data: Data, now: int) -> object:
        return None if data is None else {"event": data[1]}


class EdgeAgeLeaf(EventLeaf):
    """The age of the first or last event. Data: its ts."""

    def __init__(self, node: n.EdgeAge, id: int) -> None:
        super().__init__(node, id)
        self.last, self.length, self.within = node.which == "last", node.length, node.op == "within"

    def add(self, data: Data, event: Fact) -> Data:
        if data is None:
            return event.ts
        return max(data, event.ts) if self.last else min(data, event.ts)

    def answer(self, data: Data, now: int) -> Answer:
        return (False, NEVER) if data is None else until(self.within, data + self.length, now)

    def measure(self, data: Data, now: int) -> object:
        return None if data is None else {"age_seconds": (now - data) / 1_000_000}
