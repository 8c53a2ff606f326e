"""Replays what a customer lived through, second by second, and says which transitions must come out.

A late event counts from the second at which it is recorded: membership at second s is evaluated over what was recorded
up to s. At each second time comes first, then that second's steps in the order of their arrival; a step whose
`recorded` is before the latest one arrives at the latest one's second. What the two do to a membership within one
second is told apart here; `net` is without it, as steps handled one by one cannot take back what was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.brute import holds
from tests.oracle.world import Event, Tree, World


@dataclass(frozen=True)
class Step:
    """One thing that arrives: an event, a change of the profile, new definitions, or a merge with a twin."""

    kind: str  # event | attribute | score | consent | list | define | merge
    id: str
    recorded: int
    body: Any
    batched: bool = False  # handed over together with the step before
    restart: bool = False  # the process restarts before it: only stored bytes survive


@dataclass(frozen=True)
class Case:
    """Definitions, the steps of one customer, and how the stream is driven."""

    segments: dict[str, Tree]
    steps: tuple[Step, ...]
    end: int
    limit: int = 512  # entries that a leaf keeps before it is answered from the facts
    delay: int = 0  # seconds by which wake-ups come late
    customer: str = "c-1"


Change = tuple[int, str, str, str]  # second, cause, entered or left, segment


@dataclass
class Expected:
    """All transitions in order, and the memberships at the end of each second."""

    changes: list[Change] = field(default_factory=list)
    members: dict[int, frozenset[str]] = field(default_factory=dict)


def replay(case: Case) -> Expected:
    """What must come out of a case."""
    world = World(case.customer, dict(case.segments))
    out, members = Expected(), frozenset[str]()
    steps, first = arrivals(case.steps), True
    for second in range(case.end + 1):
        members = _compare(out, world, members, second, "definition" if first else "time")
        first = False
        while steps and steps[0][0] == second:
            step = steps.pop(0)[1]
            take(world, step)
            members = _compare(out, world, members, second, "definition" if step.kind == "define" else step.id)
        out.members[second] = members
    return out


def arrivals(steps: tuple[Step, ...]) -> list[tuple[int, Step]]:
    """Each step with the second at which it arrives."""
    latest, out = 0, []
    for step in steps:
        latest = max(latest, step.recorded)
        out.append((latest, step))
    return out


def take(world: World, step: Step) -> None:
    """Let a step change the world."""
    if step.kind == "event":
        kind, ts, props = step.body
        world.hear(Event(step.id, kind, ts, step.recorded, props))
    elif step.kind == "attribute":
        world.attributes[step.body[0]] = step.body[1]
    elif step.kind == "score":
        world.scores.update(step.body)
    elif step.kind == "consent":
        channel, purpose, status, end = step.body
        world.consents[(channel, purpose)] = (status, end)
    elif step.kind == "list":
        name, member, end = step.body
        world.lists[name] = end if member else -1
    elif step.kind == "define":
        world.segments = dict(step.body)
    else:
        for event in step.body:
            world.hear(event)


def net(changes: Sequence[Change]) -> list[Change]:
    """Without what time did to a membership and an input undid in the same second: nobody was out, or in."""
    left: list[Change] = []
    for change in changes:
        second, cause, _, segment = change
        past = next((one for one in reversed(left) if one[0] == second and one[3] == segment), None)
        if past is not None and past[1] == "time" and cause not in ("time", "definition"):
            left.remove(past)
        else:
            left.append(change)
    return left


def _compare(out: Expected, world: World, before: frozenset[str], second: int, cause: str) -> frozenset[str]:
    after = frozenset(name for name, tree in world.segments.items() if holds(tree, world, second))
    kept = before & frozenset(world.segments)
    out.changes += [(second, cause, "left", name) for name in sorted(kept - after)]
    out.changes += [(second, cause, "entered", name) for name in sorted(after - kept)]
    return after
