"""References between segments: who needs whom, in which order, and whether they turn in a circle."""

from collections.abc import Iterable, Iterator, Mapping

from services.analytics.segments.domain.language.nodes import All, AnyOf, Node, Not, Segment
from services.analytics.segments.domain.language.reading import InvalidDefinition, Problem


def leaves_of(node: Node) -> Iterator[Node]:
    """All leaves of a tree, from left to right, repeats included."""
    match node:
        case All(children) | AnyOf(children):
            for child in children:
                yield from leaves_of(child)
        case Not(child):
            yield from leaves_of(child)
        case _:
            yield node


def references_of(node: Node) -> tuple[str, ...]:
    """The segments that a tree refers to, each once, sorted."""
    return tuple(sorted({leaf.id for leaf in leaves_of(node) if isinstance(leaf, Segment)}))


def referred(names: Iterable[str], trees: Mapping[str, Node]) -> dict[str, Node]:
    """The trees of these segments and of all that they refer to, directly or not. Raises KeyError on a gap."""
    found: dict[str, Node] = {}
    open_ = list(names)
    while open_:
        name = open_.pop()
        if name not in found:
            found[name] = trees[name]
            open_ += references_of(trees[name])
    return found


def order_of(trees: Mapping[str, Node]) -> tuple[str, ...]:
    """Segment ids so that each comes after all that it refers to; raises InvalidDefinition on a circle or a gap."""
    done: dict[str, None] = {}
    for name in sorted(trees):
        _visit(name, trees, done, ())
    return tuple(done)


def _visit(name: str, trees: Mapping[str, Node], done: dict[str, None], path: tuple[str, ...]) -> None:
    if name in done:
        return
    if name in path:
        circle = " → ".join([*path[path.index(name) :], name])
        raise InvalidDefinition(
            [Problem("", f"segments refer to each other in a circle: {circle}", "remove one reference")]
        )
    if name not in trees:
        raise InvalidDefinition([Problem("", f"unknown segment {name!r}", "create it first, or remove the reference")])
    for reference in references_of(trees[name]):
        _visit(reference, trees, done, (*path, name))
    done[name] = None
