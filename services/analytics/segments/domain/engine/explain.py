"""Why a customer is in a segment or not, and when that will change by itself."""

from dataclasses import dataclass
from typing import Any

from services.analytics.segments.domain.engine.advance import advance
from services.analytics.segments.domain.engine.inputs import History
from services.analytics.segments.domain.engine.program import Program
from services.analytics.segments.domain.engine.state import OVERFLOW, State
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language.canonical import write
from services.analytics.segments.domain.language.nodes import All, AnyOf, Node, Not, Segment


@dataclass(frozen=True, slots=True)
class Reason:
    """A node of the tree: what it asks, whether it holds, what was found, and when time alone may change it.

    `decides` marks the nodes to look at: those without which the segment's answer could be another.
    """

    condition: dict[str, Any]  # canonical JSON of a leaf; {"all": n}, {"any": n} or {"not": 1} of a branch
    holds: bool
    found: object
    changes_at: int | None
    decides: bool
    children: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """In or out of a segment at an instant, the instant at which time alone will change that, and the reasons."""

    segment: str
    version: int
    inside: bool
    at: int
    changes_at: int | None
    reason: Reason


MOST_WAKES = 200
"""Wake-ups to look through for the segment's own next change; others may come first."""


def explain(program: Program, state: State, segment: str, now: int, history: History | None = None) -> Explanation:
    """Explain a membership as of `now`; raises KeyError for an unknown segment.

    The state is advanced on a copy, so nothing is changed. As with `advance`, a history is needed when
    `needs_history` names leaves.
    """
    found = {compiled.id: compiled for compiled in program.segments}[segment]
    today = advance(program, state, now, (), history).state
    inside = bool(today.word & found.bit)
    reason = _reason(program, today, found.root, decides=True)
    return Explanation(segment, found.version, inside, today.time, _next_change(program, today, segment), reason)


def _next_change(program: Program, state: State, segment: str) -> int | None:
    """The first instant at which time alone changes this membership, as far as can be seen."""
    for _ in range(MOST_WAKES):
        if state.wake == NEVER or any(held is OVERFLOW for held in state.data.values()):
            return None if state.wake == NEVER else state.wake
        outcome = advance(program, state, state.wake)
        for transition in outcome.transitions:
            if transition.segment == segment:
                return transition.at
        state = outcome.state
    return None


def _reason(program: Program, state: State, node: Node, decides: bool) -> Reason:
    match node:
        case All(children):
            return _branch(program, state, "all", children, decides)
        case AnyOf(children):
            return _branch(program, state, "any", children, decides)
        case Not(child):
            inner = _reason(program, state, child, decides)
            return Reason({"not": 1}, not inner.holds, None, inner.changes_at, decides, (inner,))
    literal = program.literals[node]
    holds = bool(state.word & literal.bit) is literal.wanted
    if isinstance(node, Segment):
        return Reason(write(node), holds, None, _next_change(program, state, node.id), decides)
    number = (literal.bit.bit_length() - 1) // 2
    held, change = state.data.get(number), state.nexts.get(number)
    leaf = program.leaves[number]
    measured = "in the facts" if held is OVERFLOW else leaf.measure(held, state.time)
    return Reason(write(node), holds, measured, change, decides)


def _branch(program: Program, state: State, word: str, nodes: tuple[Node, ...], decides: bool) -> Reason:
    """An `all` fails by its false children alone, and holds by all of them; an `any` the other way round."""
    parts = [_reason(program, state, node, decides) for node in nodes]
    holds = all(part.holds for part in parts) if word == "all" else any(part.holds for part in parts)
    children = tuple(_marked(part, decides and part.holds is holds) for part in parts)
    return Reason({word: len(parts)}, holds, None, _bound(word, holds, children), decides, children)


def _marked(reason: Reason, decides: bool) -> Reason:
    children = tuple(_marked(child, decides and child.decides) for child in reason.children)
    return Reason(reason.condition, reason.holds, reason.found, reason.changes_at, decides, children)


def _bound(word: str, holds: bool, parts: tuple[Reason, ...]) -> int | None:
    """The earliest instant at which time may change a branch: `all` that holds fails with its first child, one that
    fails needs every false child; `any` the other way round."""
    if holds is (word == "all"):
        return min((part.changes_at for part in parts if part.changes_at is not None), default=None)
    against = [part.changes_at for part in parts if part.holds is holds]
    return None if None in against else max((at for at in against if at is not None), default=None)
