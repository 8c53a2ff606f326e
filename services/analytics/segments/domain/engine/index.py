"""From an event to the leaves it can touch: by kind, and by an equality that the leaf asks for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.engine.inputs import Fact
from services.analytics.segments.domain.engine.leaves import Leaf
from services.analytics.segments.domain.engine.leaves.events import EventLeaf
from services.analytics.segments.domain.engine.predicates import Where
from services.analytics.segments.domain.language.nodes import All, Comparison, Node

Entry = tuple[Leaf, Where | None]


@dataclass(frozen=True, slots=True)
class EventIndex:
    """The leaves of one kind of event."""

    general: tuple[Entry, ...]
    by_value: tuple[tuple[str, Mapping[str, tuple[Entry, ...]]], ...]  # property → value → leaves

    def candidates(self, event: Fact) -> Iterator[Entry]:
        """The leaves that the event may match; each with its condition, still to be asked."""
        yield from self.general
        for name, leaves in self.by_value:
            value = event.props.get(name)
            if type(value) is str and value in leaves:
                yield from leaves[value]


def index_events(leaves: Iterable[Leaf]) -> dict[str, EventIndex]:
    """The index of each kind of event."""
    general: dict[str, list[Entry]] = {}
    special: dict[str, dict[str, dict[str, list[Entry]]]] = {}
    for leaf in sorted(leaves, key=lambda leaf: leaf.id):
        for kind, condition in leaf.conditions().items():
            equality = _equality(leaf.node.pattern.where) if isinstance(leaf, EventLeaf) else None  # type: ignore[union-attr]
            if equality is None:
                general.setdefault(kind, []).append((leaf, condition))
                continue
            name, value = equality
            if isinstance(leaf.node.pattern.where, Comparison):  # type: ignore[union-attr]
                condition = None  # what the index finds is equal
            special.setdefault(kind, {}).setdefault(name, {}).setdefault(value, []).append((leaf, condition))
    return {kind: _frozen(general.get(kind, []), special.get(kind, {})) for kind in {*general, *special}}


def _frozen(general: list[Entry], special: Mapping[str, Mapping[str, list[Entry]]]) -> EventIndex:
    values = ((name, {value: tuple(found) for value, found in by.items()}) for name, by in special.items())
    return EventIndex(tuple(general), tuple(values))


def _equality(node: Node | None) -> tuple[str, str] | None:
    """A property and text that every matching event must have, when the condition says so plainly."""
    match node:
        case Comparison(name, Type.STRING, "eq", value, False):
            return name, str(value)
        case All(children):
            return next((found for child in children if (found := _equality(child))), None)
    return None
