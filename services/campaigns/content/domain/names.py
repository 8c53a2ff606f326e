"""What templates may speak of, and the nearest name for one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import LoopExpression, Path

from shared.nearest import nearest

UNSUBSCRIBE = "unsubscribe_url"
# Anything may follow: what customers are asked for is not known at this moment.
ANY = "*"
# Liquid's own properties of texts and lists.
_OF_EVERYTHING = frozenset({"size", "first", "last"})

Tree = Mapping[str, "Tree"]


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A name that templates may use. `path` is customer.name or, for what is repeated, event.lines[].product_id."""

    path: str
    type: str
    about: str


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that does not exist, where it stands, and what there is instead: the nearest one, or all."""

    name: str
    index: int
    instead: str


ALWAYS = (
    TemplateField("customer.name", "text", "how the customer is called"),
    TemplateField("customer.language", "language", "such as de or en-GB; decides how money and days are written"),
    TemplateField("customer.status", "text", "prospect, lead, active, lapsed, lost or blocked"),
    TemplateField("campaign.id", "id", "the campaign's id"),
    TemplateField("campaign.name", "text", "the campaign's name"),
    TemplateField(UNSUBSCRIBE, "link", "the link by which the customer withdraws; every marketing message needs it"),
)


def tree_of(fields: Iterable[TemplateField]) -> Tree:
    """The fields by their steps."""
    root: dict[str, dict[str, object]] = {}
    for field in fields:
        branch: dict[str, dict[str, object]] = root
        for step in field.path.replace("[]", "").split("."):
            branch = branch.setdefault(step, {})  # type: ignore[assignment]  # a tree of dicts
    return root  # type: ignore[return-value]


def unknown_names(template: BoundTemplate, tree: Tree) -> Iterator[UnknownName]:
    """Every name in the template that leads nowhere, at its first place."""
    analysis = template.analyze()
    for name, places in analysis.globals.items():
        if name not in tree:
            yield UnknownName(name, places[0].span.index, _instead(name, tree, ""))
    items = _loop_items(template, tree)
    for name, places in analysis.variables.items():
        local = name not in analysis.globals
        start = items.get(name) if local else tree.get(name)
        told: set[str] = set()
        for place in places if start is not None else ():
            wrong = _follow(place.segments[1:], name, start or {})
            if wrong is not None and wrong[0] not in told:
                told.add(wrong[0])
                yield UnknownName(wrong[0], place.span.index, wrong[1])


def _follow(steps: Sequence[object], name: str, branch: Tree) -> tuple[str, str] | None:
    """The first step that leads nowhere, and what there is instead."""
    for step in steps:
        # A step that is itself a variable (customer[x]) is known only when it is rendered.
        if ANY in branch or not isinstance(step, str | int) or step in _OF_EVERYTHING:
            return None
        if isinstance(step, int):
            continue
        if step not in branch:
            return f"{name}.{step}", _instead(step, branch, f"{name}.")
        name, branch = f"{name}.{step}", branch[step]
    return None


def _instead(name: str, branch: Tree, before: str) -> str:
    near = nearest(name, branch)
    if near:
        return f"did you mean {before}{near}?"
    there = ", ".join(f"{before}{known}" for known in sorted(branch))
    return f"there are {there}" if there else f"{before.rstrip('.')} has no parts"


def _loop_items(template: BoundTemplate, tree: Tree) -> dict[str, Tree]:
    """What the variables of loops stand for, where the loop goes over a list that is known."""
    context = RenderContext(template)
    items: dict[str, Tree] = {}
    nodes: list[Node] = list(template.nodes)
    while nodes:
        node = nodes.pop()
        nodes += node.children(context)
        for loop in node.expressions():
            if isinstance(loop, LoopExpression) and isinstance(loop.iterable, Path):
                branch: Tree | None = tree
                for step in loop.iterable.path:
                    branch = branch.get(step) if branch is not None and isinstance(step, str) else None
                # One name for the items of two lists is anybody's guess.
                items[loop.identifier] = {ANY: {}} if branch is None or loop.identifier in items else branch
    return items
