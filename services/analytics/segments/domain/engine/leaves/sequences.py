"""The sequence leaf: A then B within d, or A without B within d (an abandoned cart)."""

from collections.abc import Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.engine.inputs import Change, Fact
from services.analytics.segments.domain.engine.leaves.base import Answer, Data, Leaf
from services.analytics.segments.domain.engine.predicates import Where, reader_of, where
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language.nodes import Sequence

FIRST, THEN = 0, 1


class SequenceLeaf(Leaf):
    """Data: [ts, role, key] ascending, of the last `length`; events without the shared property do not count."""

    def __init__(self, node: Sequence, id: int) -> None:
        super().__init__(node, id)
        self.sequence = node
        self.read = reader_of(node.type or Type.STRING)
        self.parts = [(pattern.event, where(pattern.where)) for pattern in (node.first, node.then)]

    def topics(self) -> tuple[object, ...]:
        return tuple(("event", kind) for kind in self.conditions())

    def conditions(self) -> Mapping[str, Where | None]:
        return {kind: None for kind, _ in self.parts}  # take() asks which role an event plays

    def take(self, data: Data, change: Change) -> Data:
        assert isinstance(change, Fact)
        added = self._entries(change)
        return sorted([*(data or ()), *added]) if added else data

    def fill(self, data: Data, changes: list[Change]) -> Data:
        added = [entry for event in changes if isinstance(event, Fact) for entry in self._entries(event)]
        return sorted([*(data or ()), *added]) or None

    def _entries(self, event: Fact) -> list[list[Any]]:
        key: object = 0
        if self.sequence.same is not None:
            key = self.read(event.props.get(self.sequence.same))
            if key is None:
                return []
        return [
            [event.ts, role, key]
            for role, (kind, check) in enumerate(self.parts)
            if kind == event.kind and (check is None or check(event.props))
        ]

    def answer(self, data: Data, now: int) -> Answer:
        node = self.sequence
        held, edge = False, NEVER
        followers: dict[object, int] = {}  # key → ts of the nearest follower later than the entry at hand
        waiting: list[tuple[int, object]] = []  # followers at the very instant of the entry at hand
        for ts, role, key in reversed(data or ()):
            if ts <= now - node.length:
                break
            if waiting and waiting[0][0] > ts:
                followers.update((item, at) for at, item in waiting)
                waiting = []
            if role == THEN:
                waiting.append((ts, key))
                continue
            followed = followers.get(key, NEVER) < ts + node.within
            edge = min(edge, ts + node.length)
            if now < ts + node.within and not node.followed:
                edge = min(edge, ts + node.within)
            held = held or (followed if node.followed else not followed and now >= ts + node.within)
        return held, edge

    def trim(self, data: Data, now: int) -> Data:
        return [entry for entry in data or () if entry[0] > now - self.sequence.length] or None

    def reach(self, now: int) -> int | None:
        return now - self.sequence.length + 1
