"""Drives the engine through a case as a worker would: reads the stored state, advances, stores it, wakes on time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.analytics.segments.domain.catalogue import Catalogue, Type
from services.analytics.segments.domain.engine import (
    AttributeChange,
    Change,
    ConsentChange,
    Definition,
    Fact,
    History,
    ListChange,
    Outcome,
    Program,
    ScoreChange,
    advance,
    blank,
    compile_program,
    decode,
    encode,
    fact,
    leaf_keys,
    members,
    number_leaves,
    rebuild,
)
from services.analytics.segments.domain.engine.state import OVERFLOW, State
from services.analytics.segments.domain.instants import SECOND, from_datetime
from services.analytics.segments.domain.language import parse
from tests.oracle.replay import Case, Step, arrivals, net
from tests.oracle.world import Event, Tree, moment_of

VOCABULARY = Catalogue(
    attributes={
        "sex": Type.STRING,
        "points": Type.INTEGER,
        "tags": Type.STRINGS,
        "born": Type.DATE,
        "joined": Type.DATETIME,
    },
    events={
        "purchase": {"channel": Type.STRING, "amount": Type.MONEY},
        "contact": {"channel": Type.STRING, "amount": Type.MONEY},
        "return": {"channel": Type.STRING, "amount": Type.MONEY},
    },
)


def instant(second: int) -> int:
    """A second of the oracle as the engine's microseconds."""
    return from_datetime(moment_of(0)) + second * SECOND


def second(at: int) -> int:
    """The engine's microseconds as a second of the oracle; edges fall on whole seconds here."""
    whole, rest = divmod(at - from_datetime(moment_of(0)), SECOND)
    assert rest == 0
    return whole


def a_program(segments: dict[str, Tree], known: dict[str, int], next_id: int, epoch: int, limit: int = 512) -> Program:
    """Compile raw definitions; segment `sN` has number N."""
    definitions = [Definition(name, int(name[1:]), epoch, parse(tree, VOCABULARY)) for name, tree in segments.items()]
    ids = number_leaves(leaf_keys(definitions), known, next_id)
    return compile_program(definitions, ids, epoch, limit)


@dataclass
class Stream:
    """A worker's life with one customer. Faults are planted by overriding its methods, or the engine's."""

    case: Case
    changes: list[tuple[int, str, str, str]] = field(default_factory=list)
    members: dict[int, frozenset[str]] = field(default_factory=dict)
    idle_wakes: int = 0
    overflowed: bool = False
    owner: int = 0
    now: int = 0

    def __post_init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.attributes: dict[str, object] = {}
        self.consents: dict[tuple[str, str], tuple[str, int | None]] = {}
        self.lists: dict[str, int | None] = {}
        self.scores: dict[str, object] = {}
        self.known: dict[str, int] = {}
        self.next_id = 0
        self.program = self.define(self.case.segments, 0)
        self.stored = b""

    def define(self, segments: dict[str, Tree], epoch: int) -> Program:
        """Compile definitions; leaves that are no longer used give up their ids for ever."""
        program = a_program(segments, self.known, self.next_id, epoch, self.case.limit)
        names = [Definition(name, int(name[1:]), epoch, parse(tree, VOCABULARY)) for name, tree in segments.items()]
        self.known = number_leaves(leaf_keys(names), self.known, self.next_id)
        self.next_id = max(self.next_id, program.horizon)
        return program

    def run(self) -> "Stream":
        """Live through the case, second by second."""
        self.begin()
        pending = groups(self.case.steps)
        for now in range(self.case.end + 1):
            self.now = now
            self.wake(now, backlog=bool(pending) and pending[0][0][0] < now)
            while pending and pending[0][-1][0] <= self.now:
                self.handle([step for _, step in pending.pop(0)])
            if not self.case.delay and not (pending and pending[0][0][0] <= self.now):
                self.look()
        return self

    def look(self) -> None:
        """Note who is in what, now that the second is over."""
        self.members[self.now] = members(self.program, self.load())

    def advanced(self, now: int, inputs: Sequence[Change] = (), before: History | None = None) -> Outcome:
        """The stored state, advanced; `before` is what was known before the inputs."""
        return advance(self.program, self.load(), now, inputs, before or self.history())

    def begin(self) -> None:
        """The customer becomes known, with no event."""
        self.keep(advance(self.program, blank(self.case.customer), instant(0), (), History()))

    def wake(self, now: int, backlog: bool) -> None:
        """Fire a due wake-up, but not before the inputs up to it are read."""
        state = self.load()
        if backlog or state.wake > instant(now - self.case.delay):
            return
        outcome = self.advanced(instant(now))
        self.idle_wakes += not outcome.transitions
        self.keep(outcome)

    def handle(self, steps: list[Step]) -> None:
        """Handle what was read together, in order."""
        if steps[0].restart:
            self.owner ^= 1
        if steps[0].kind in ("define", "merge"):
            self.change(steps[0])
            return
        before, inputs = self.history(), []
        for step in steps:
            if step.id not in self.facts:  # the inbox removes duplicates
                inputs += self.learn(step)
        self.keep(self.advanced(max(change.recorded_at for change in inputs), inputs, before) if inputs else None)

    def change(self, step: Step) -> None:
        """New definitions or a merge: let time pass under the old program, then rebuild from the facts."""
        now = instant(self.now)
        self.keep(self.advanced(now))
        if step.kind == "define":
            self.program = self.define(step.body, self.program.epoch + 1)
            self.keep(self.advanced(now))
            return
        for event in step.body:
            self.learn_event(event)
        self.keep(rebuild(self.program, self.case.customer, self.history(), now, self.load(), step.id))

    def learn_event(self, event: Event) -> Fact:
        """Keep a fact."""
        self.facts[event.id] = fact(event.id, event.kind, instant(event.ts), instant(event.recorded), event.props)
        return self.facts[event.id]

    def learn(self, step: Step) -> list[Change]:
        """Keep what a step says, and give it as the engine's inputs."""
        at, body = instant(step.recorded), step.body
        if step.kind == "event":
            return [self.learn_event(Event(step.id, body[0], body[1], step.recorded, body[2]))]
        if step.kind == "score":  # a fit gives several at once
            self.scores.update(body)
            return [ScoreChange(step.id, at, name, value) for name, value in body.items()]
        if step.kind == "attribute":
            self.attributes[body[0]] = body[1]
            return [AttributeChange(step.id, at, *body)]
        end = None if body[-1] is None else instant(body[-1])
        if step.kind == "consent":
            self.consents[body[0], body[1]] = (body[2], end)
            return [ConsentChange(step.id, at, body[0], body[1], body[2], end)]
        self.lists.pop(body[0], None)
        if body[1]:
            self.lists[body[0]] = end
        return [ListChange(step.id, at, body[0], body[1], end)]

    def history(self) -> History:
        """All that is known so far."""
        return History(
            tuple(self.facts.values()), dict(self.attributes), dict(self.consents), dict(self.lists), dict(self.scores)
        )

    def load(self) -> State:
        """Read the stored state; nothing is kept in the process."""
        return decode(self.case.customer, self.stored)

    def keep(self, outcome: Outcome | None) -> None:
        """Store the new state and note the transitions."""
        if outcome is None:
            return
        self.stored = encode(self.program, outcome.state)
        self.overflowed |= any(held is OVERFLOW for held in self.load().data.values())
        changes = [
            (second(transition.at), transition.cause, transition.change, transition.segment)
            for transition in outcome.transitions
        ]
        assert net(changes) == changes, "time and an input changed a membership to and fro at one instant"
        self.changes += changes


def groups(steps: tuple[Step, ...]) -> list[list[tuple[int, Step]]]:
    """Steps with their seconds, as they are read: batched ones together, once the last has arrived."""
    out: list[list[tuple[int, Step]]] = []
    for at, step in arrivals(steps):
        plain = step.kind not in ("define", "merge")
        if out and step.batched and plain and not step.restart and out[-1][0][1].kind not in ("define", "merge"):
            out[-1].append((at, step))
        else:
            out.append([(at, step)])
    return out


def ordered(changes: list[tuple[int, str, str, str]]) -> list[Any]:
    """Changes with those of one instant and cause in a fixed order."""
    out: list[Any] = []
    for change in changes:
        if out and out[-1][0] == change[:2]:
            out[-1][1].append(change[2:])
        else:
            out.append((change[:2], [change[2:]]))
    return [(key, sorted(found)) for key, found in out]
