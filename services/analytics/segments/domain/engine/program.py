"""All live definitions compiled into one immutable program with shared leaves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.analytics.segments.domain.engine.index import EventIndex, index_events
from services.analytics.segments.domain.engine.leaves import Leaf, leaf_of
from services.analytics.segments.domain.engine.trees import Literal, Test, compile_tree
from services.analytics.segments.domain.language.canonical import key_of
from services.analytics.segments.domain.language.nodes import Aggregate, Node, Segment
from services.analytics.segments.domain.language.references import leaves_of, order_of, references_of

MOST_ENTRIES = 512
"""Beyond so many entries a leaf is not kept in the state but answered from the facts."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a segment. `number` is small, and stays the segment's own through all versions."""

    id: str
    number: int
    version: int
    root: Node


@dataclass(frozen=True, slots=True)
class Membership:
    """A compiled segment: its bit in the truth word and its test."""

    id: str
    version: int
    bit: int
    test: Test
    root: Node
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """What the engine runs: leaves by id and by what they listen to, segments in the order of their references."""

    epoch: int  # grows with every change of definitions
    horizon: int  # above every leaf id: a state with a lower horizon has not seen the newer leaves
    limit: int
    leaves: Mapping[int, Leaf]
    literals: Mapping[Node, Literal]
    segments: tuple[Membership, ...]
    events: Mapping[str, EventIndex]
    profile: Mapping[object, tuple[Leaf, ...]]
    mask: int  # the bits of the truth word that mean something


def shared_leaf(node: Node) -> tuple[Node, bool]:
    """The leaf that answers a node, and whether its answer is to be negated.

    A count has no missing value, so `lt n` is `not gte n`: "did not buy" shares its leaf with "did buy".
    """
    if isinstance(node, Aggregate) and node.agg == "count" and not isinstance(node.value, tuple):
        if node.op in ("gt", "lte"):
            return replace(node, op="gte", value=node.value + 1), node.op == "lte"
        if node.op == "lt":
            return replace(node, op="gte"), True
    return node, False


def leaf_keys(definitions: Iterable[Definition]) -> tuple[str, ...]:
    """The keys of all leaves that the definitions need, each once, sorted."""
    nodes = {
        shared_leaf(leaf)[0]
        for definition in definitions
        for leaf in leaves_of(definition.root)
        if not isinstance(leaf, Segment)
    }
    return tuple(sorted(key_of(node) for node in nodes))


def number_leaves(keys: Iterable[str], known: Mapping[str, int], next_id: int) -> dict[str, int]:
    """An id for each key: the known one, or a new one from `next_id` on. Ids of dropped leaves are never given again,
    because a stored state may still hold what the old leaf remembered; the registry forgets the key, not the number."""
    ids: dict[str, int] = {}
    for key in sorted(keys):
        ids[key] = known.get(key, next_id)
        next_id += key not in known
    return ids


def compile_program(
    definitions: Sequence[Definition], leaf_ids: Mapping[str, int], epoch: int, limit: int = MOST_ENTRIES
) -> Program:
    """Compile definitions; `leaf_ids` gives the id of every leaf key, `epoch` tells this program from all others.

    Raises InvalidDefinition when references are circular or lead nowhere.
    """
    by_id = {definition.id: definition for definition in definitions}
    order = order_of({definition.id: definition.root for definition in definitions})
    literals: dict[Node, Literal] = {
        Segment(definition.id): Literal(2 << (2 * definition.number), True) for definition in definitions
    }
    leaves: dict[int, Leaf] = {}
    for definition in definitions:
        for node in leaves_of(definition.root):
            if node not in literals:
                shared, negated = shared_leaf(node)
                number = leaf_ids[key_of(shared)]
                leaf = leaves.setdefault(number, leaf_of(shared, number))
                literals[node] = Literal(leaf.bit, not negated)
    segments = tuple(
        Membership(
            name,
            by_id[name].version,
            2 << (2 * by_id[name].number),
            compile_tree(by_id[name].root, literals),
            by_id[name].root,
            references_of(by_id[name].root),
        )
        for name in order
    )
    _set_affected(leaves, segments, literals)
    mask = sum(leaf.bit for leaf in leaves.values()) | sum(segment.bit for segment in segments)
    listeners: dict[object, list[Leaf]] = {}
    for _, leaf in sorted(leaves.items()):
        for topic in leaf.topics():
            listeners.setdefault(topic, []).append(leaf)
    profile = {topic: tuple(found) for topic, found in listeners.items()}
    horizon = max(leaf_ids.values(), default=-1) + 1
    return Program(epoch, horizon, limit, leaves, literals, segments, index_events(leaves.values()), profile, mask)


def _set_affected(leaves: Mapping[int, Leaf], segments: Sequence[Membership], literals: Mapping[Node, Literal]) -> None:
    """Give each leaf the segments that its flip can change, directly or through references, in evaluation order."""
    positions: dict[int, set[int]] = {number: set() for number in leaves}
    needs: dict[str, set[int]] = {}  # segment → leaves below it, references included
    by_bit = {leaf.bit: number for number, leaf in leaves.items()}
    for place, segment in enumerate(segments):
        direct = {by_bit[literals[leaf].bit] for leaf in leaves_of(segment.root) if not isinstance(leaf, Segment)}
        below = direct.union(*(needs[name] for name in references_of(segment.root)))
        needs[segment.id] = below
        for number in below:
            positions[number].add(place)
    for number, places in positions.items():
        leaves[number].affected = tuple(sorted(places))
