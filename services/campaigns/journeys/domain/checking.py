"""What is wrong with a definition as a whole: names that lead nowhere, loops, steps that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.campaigns.campaigns.domain.campaign import EventTrigger
from services.campaigns.campaigns.domain.conditions import FIELDS
from services.campaigns.journeys.domain.conditions import Asked, EventHappens, steps_in
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.nodes import Branch, Node, Send, UntilMet, WaitUntil, ways_of
from shared.nearest import nearest as nearest_name

# What may tell runs of one customer apart: a text of the event that is the same in later events about the same thing.
_KEYS = ("order_id", "store", "channel", "topic", "link", "campaign_id")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where (a JSON pointer), and what to do about it."""

    where: str
    what: str
    cure: str


def faults_of(definition: Definition) -> list[Fault]:
    """Everything that is wrong; a journey with none can be walked to its end from wherever somebody stands."""
    found = [*_names(definition), *_asked(definition), *_entry(definition)]
    # Loops and what is not reached can be told only when all names lead somewhere.
    return found or [*_loops(definition), *_unreached(definition)]


def nearest(name: str, known: list[str]) -> str:
    """What somebody who wrote `name` may have meant."""
    close = nearest_name(name, known)
    return f"Did you mean {close!r}?" if close else f"There are: {', '.join(sorted(known)[:20])}."


def _names(definition: Definition) -> Iterator[Fault]:
    known = list(definition.nodes)
    if definition.start not in definition.nodes:
        yield Fault("/start", f"there is no node {definition.start!r}", nearest(definition.start, known))
    for name, node in definition.nodes.items():
        for way in ways_of(node):
            if way.to is not None and way.to not in definition.nodes:
                yield Fault(f"/nodes/{name}/{way.where}", f"there is no node {way.to!r}", nearest(way.to, known))


def _asked(definition: Definition) -> Iterator[Fault]:
    """Conditions about messages name nodes that send."""
    for name, node in definition.nodes.items():
        for where, conditions in _conditions_of(node):
            yield from _steps(definition, f"/nodes/{name}/{where}", conditions)
    yield from _steps(definition, "/leave_when", definition.leave_when)


def _conditions_of(node: Node) -> Iterator[tuple[str, tuple[Asked | EventHappens, ...]]]:
    if isinstance(node, Branch):
        for place, choice in enumerate(node.choices):
            yield f"choices/{place}/when", choice.when
    elif isinstance(node, WaitUntil) and isinstance(node.until, UntilMet):
        yield "until/any_of", node.until.any_of


def _steps(definition: Definition, where: str, conditions: tuple[Asked | EventHappens, ...]) -> Iterator[Fault]:
    sending = [name for name, _ in definition.sends]
    for place, condition in enumerate(conditions):
        for step in steps_in([condition]):
            if step not in sending:
                wrong = f"{step!r} sends no message" if step in definition.nodes else f"there is no node {step!r}"
                yield Fault(f"{where}/{place}", wrong, nearest(step, sending) if sending else "Add a node that sends.")


def _entry(definition: Definition) -> Iterator[Fault]:
    if definition.key is None:
        return
    if not isinstance(definition.entry, EventTrigger):
        yield Fault("/key", "only an event has a field that tells runs apart", "Leave `key` out.")
        return
    known = [key for key in _KEYS if key in FIELDS[definition.entry.event]]
    if definition.key not in known:
        yield Fault("/key", f"a {definition.entry.event} has no key {definition.key!r}", nearest(definition.key, known))


def _loops(definition: Definition) -> Iterator[Fault]:
    """Each step is taken once by each traveller: what shall come again is a new entry."""
    done: set[str] = set()
    for first in definition.nodes:
        # Depth first without recursion: `path` is the way from `first` to where we stand.
        path: list[tuple[str, Iterator[str]]] = [(first, _next_of(definition, first))]
        on_path = {first}
        while path:
            name, ways = path[-1]
            to = next((to for to in ways if to not in done), None)
            if to is None:
                path.pop()
                on_path.discard(name)
                done.add(name)
            elif to in on_path:
                yield Fault(
                    f"/nodes/{name}", f"leads back to {to!r}", "Let them enter again instead: `re_entry` says when."
                )
                done.add(to)
            else:
                path.append((to, _next_of(definition, to)))
                on_path.add(to)


def _unreached(definition: Definition) -> Iterator[Fault]:
    reached, left = {definition.start}, [definition.start]
    while left:
        for to in _next_of(definition, left.pop()):
            if to not in reached:
                reached.add(to)
                left.append(to)
    for name in definition.nodes:
        if name not in reached:
            yield Fault(f"/nodes/{name}", "nothing leads here", "Lead to it from another node, or take it out.")


def _next_of(definition: Definition, name: str) -> Iterator[str]:
    return (way.to for way in ways_of(definition.nodes[name]) if way.to is not None)


def warnings_of(definition: Definition) -> list[str]:
    """What is allowed and may be a mistake."""
    told = []
    if not any(isinstance(node, Send) for node in definition.nodes.values()):
        told.append("The journey sends nothing.")
    return told
