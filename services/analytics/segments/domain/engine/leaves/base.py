"""What a leaf of the program can do: take a change into its data, and answer (truth now, next change)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from services.analytics.segments.domain.engine.inputs import Change
from services.analytics.segments.domain.engine.predicates import Where
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language.nodes import Node

Data = Any
"""A leaf's memory of one customer: what msgpack can carry, and None for nothing. Never changed in place."""

Answer = tuple[bool, int]
"""The truth now, and the earliest later instant at which it could change with no event (NEVER if none)."""


class Leaf(ABC):
    """A shared leaf. Its id is small, given by the registry of leaves, and never used for another leaf."""

    node: Node
    id: int
    bit: int
    affected: tuple[int, ...]

    def __init__(self, node: Node, id: int) -> None:
        self.node = node
        self.id = id
        self.bit = 1 << (2 * id)
        self.affected = ()

    def topics(self) -> tuple[object, ...]:
        """What this leaf listens to: `("event", kind)`, `("attr", name)`, `("score", name)`, `("consent", …)` …"""
        return ()

    def conditions(self) -> Mapping[str, Where | None]:
        """For event leaves: the condition on each kind of event; None when each one counts."""
        return {}

    def begin(self, customer: str) -> Data:
        """The data of a customer of whom nothing is known."""
        return None

    @abstractmethod
    def take(self, data: Data, change: Change) -> Data:
        """The data after a change that this leaf listens to and whose condition holds."""

    def fill(self, data: Data, changes: list[Change]) -> Data:
        """The data after many changes, in any order."""
        for change in changes:
            data = self.take(data, change)
        return data

    @abstractmethod
    def answer(self, data: Data, now: int) -> Answer:
        """Truth and next change at an instant that is not before any event taken."""

    def trim(self, data: Data, now: int) -> Data:
        """The data without what can no longer matter from `now` on: equal for equal histories."""
        return data

    def size(self, data: Data) -> int:
        """How many entries the data holds; beyond the program's limit they are left to the facts."""
        return len(data) if isinstance(data, list) else 1

    def reach(self, now: int) -> int | None:
        """The earliest `ts` of facts that can matter from `now` on; None: all of them."""
        return None

    def measure(self, data: Data, now: int) -> object:
        """The value behind the answer, for `explain`."""
        return None


def until(holds: bool, at: int, now: int) -> Answer:
    """`holds` until `at` (half-open), the opposite from then on."""
    return (holds, at) if now < at else (not holds, NEVER)
