"""The one operation of the engine: advance a customer to now, and return what changed.

It serves events, changes of the profile, wake-ups and new definitions. Time comes first: at equal instants windows
expire before an event is applied; what both did to a membership at one instant cancels out. Every membership change by
time carries its exact instant, however late we come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from services.analytics.segments.domain.engine.inputs import Change, Fact, History
from services.analytics.segments.domain.engine.leaves import Data, Leaf
from services.analytics.segments.domain.engine.lookahead import next_wake
from services.analytics.segments.domain.engine.program import Program
from services.analytics.segments.domain.engine.state import OVERFLOW, State
from services.analytics.segments.domain.instants import NEVER

TIME = "time"
"""The cause of a transition that no event brought about."""


class Transition(NamedTuple):
    """A customer entered or left a segment at an instant, because of an event (its id) or of time."""

    segment: str
    version: int
    change: Literal["entered", "left"]
    at: int
    cause: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new state, what changed in memberships, and whether there is more to store than the engine time."""

    state: State
    transitions: tuple[Transition, ...]
    changed: bool


class StaleProgram(RuntimeError):
    """The state was written by a newer program than the one at hand: load the newer definitions first."""


class NeedsHistory(LookupError):
    """Leaves whose answer is in the facts; ask `needs_history` before, and pass a History."""

    def __init__(self, leaves: Sequence[int]) -> None:
        super().__init__(f"leaves {list(leaves)} need the customer's facts")
        self.leaves = tuple(leaves)


@dataclass(frozen=True, slots=True)
class Fill:
    """A segment that was answered for everybody without looking at their states: as of when, and the answer."""

    at: int
    inside: bool


@dataclass(slots=True)
class _Run:
    """One advance under way: the parts of a state, open for change."""

    program: Program
    time: int
    word: int
    data: dict[int, Data]
    nexts: dict[int, int]
    changed: bool = False
    transitions: list[Transition] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)  # segments whose changes are not emitted yet

    def expire(self, until: int) -> None:
        """Let time pass: every change of a leaf up to `until`, each at its own instant, in order."""
        if until <= self.time:
            return  # what was due until now has changed already
        nexts = self.nexts
        while nexts:
            at = min(nexts.values())
            if at > until:
                break
            self.time = max(self.time, at)
            leaves = self.program.leaves
            self.settle([leaves[number] for number, due in nexts.items() if due == at], at, TIME)
            if min(nexts.values(), default=NEVER) <= at:
                raise AssertionError("a leaf whose next change is not later than now would never end")
        self.time = max(self.time, until)

    def apply(self, change: Change) -> None:
        """Let an input count, at the present engine time."""
        before = len(self.transitions)
        self.settle(self.take(change), self.time, change.id)
        if 0 < before < len(self.transitions):
            self.keep_net(before)

    def keep_net(self, before: int) -> None:
        """What time ended at this very instant and the input brought back (or the reverse) has not changed: a purchase
        at the end of a window leaves no gap. Transitions from `before` on are the input's own."""
        for transition in self.transitions[before:]:
            earlier = (past for past in reversed(self.transitions[:before]) if past.segment == transition.segment)
            lapse = next(earlier, None)
            if lapse is not None and lapse.cause == TIME and lapse.at == transition.at:
                self.transitions.remove(lapse)
                self.transitions.remove(transition)
                before -= 1

    def take(self, change: Change) -> list[Leaf]:
        """Give an input to the leaves it concerns; returns those."""
        touched = concerned(self.program, change)
        data = self.data
        for leaf in touched:
            held = data.get(leaf.id)
            if held is OVERFLOW:
                raise NeedsHistory([leaf.id])
            held = leaf.take(held, change)
            if held is None:
                data.pop(leaf.id, None)
            else:
                data[leaf.id] = held
        return touched

    def settle(self, leaves: Iterable[Leaf], at: int, cause: str) -> None:
        """Ask leaves again; where one flipped, evaluate the segments above it."""
        flipped = self.ask(leaves, at)
        if len(flipped) == 1:
            self.evaluate(flipped[0].affected, at, cause)
        elif flipped:
            self.evaluate(sorted({place for leaf in flipped for place in leaf.affected}), at, cause)

    def ask(self, leaves: Iterable[Leaf], at: int) -> list[Leaf]:
        """Bring truth and next change of leaves up to an instant; returns those that flipped."""
        flipped = []
        data, nexts = self.data, self.nexts
        for leaf in leaves:
            self.changed = True
            held = data.get(leaf.id)
            if held is OVERFLOW:
                raise NeedsHistory([leaf.id])
            truth, change = leaf.answer(held, at)
            if change < NEVER:
                nexts[leaf.id] = change
            else:
                nexts.pop(leaf.id, None)
            if truth != (self.word & leaf.bit != 0):
                self.word ^= leaf.bit
                flipped.append(leaf)
        return flipped

    def evaluate(self, places: Iterable[int], at: int, cause: str) -> None:
        """Evaluate segments, referred ones first, and note who entered and left."""
        segments = self.program.segments
        for place in places:
            segment = segments[place]
            inside = segment.test(self.word)
            if inside != (self.word & segment.bit != 0):
                self.word ^= segment.bit
                if segment.id in self.muted:
                    continue
                change: Literal["entered", "left"] = "entered" if inside else "left"
                self.transitions.append(Transition(segment.id, segment.version, change, at, cause))

    def load(self, numbers: Iterable[int], customer: str, history: History) -> None:
        """Fill leaves from all that is known."""
        wanted = set(numbers)
        for number in wanted:
            begun = self.program.leaves[number].begin(customer)
            self.data.pop(number, None)
            if begun is not None:
                self.data[number] = begun
        known: dict[int, list[Change]] = {}
        for change in history.changes(self.time):
            for leaf in concerned(self.program, change):
                if leaf.id in wanted:
                    known.setdefault(leaf.id, []).append(change)
        for number, changes in known.items():
            filled = self.program.leaves[number].fill(self.data.pop(number, None), changes)
            if filled is not None:
                self.data[number] = filled


def advance(
    program: Program,
    state: State,
    now: int,
    inputs: Sequence[Change] = (),
    history: History | None = None,
    cause: str = "definition",
    fills: Mapping[str, Fill] | None = None,
) -> Outcome:
    """Apply inputs in the given order, each at max(engine time, recorded_at), and let time pass up to `now`.

    A state of another program is brought to this one first; the memberships that this changes carry `cause`. `fills`
    are the segments that were filled without this state: what they answer until their moment is not emitted, and their
    answer then is compared with the one that was given. `history` is what was known before the inputs, needed when
    `needs_history` names leaves. Duplicates of an event are the caller's to remove. The given state is not touched.
    Raises NeedsHistory, or StaleProgram when the state is of a later epoch.
    """
    if state.epoch > program.epoch:
        raise StaleProgram(f"state of epoch {state.epoch}, program of epoch {program.epoch}")
    run = _Run(program, state.time, state.word, dict(state.data), dict(state.nexts))
    missing = needs_history(program, state, now, inputs)
    if missing and history is None:
        raise NeedsHistory(missing)
    if state.epoch != program.epoch:
        if state.epoch < 0:  # nobody has looked at this customer: there is no time that has to pass
            run.time = max(run.time, inputs[0].recorded_at if inputs else now)
        _adopt(run, state, missing, history or History(), cause, fills or {})
    elif history is not None:
        run.load(missing, state.customer, history)
    for change in inputs:
        run.expire(max(run.time, change.recorded_at))
        run.apply(change)
    run.expire(max(run.time, now))
    wake = next_wake(program, run.word, run.data, run.nexts) if run.changed else state.wake
    after = State(state.customer, run.time, program.epoch, program.horizon, run.word, run.data, run.nexts, wake)
    return Outcome(after, tuple(run.transitions), run.changed)


def _adopt(
    run: _Run, state: State, missing: Sequence[int], history: History, cause: str, fills: Mapping[str, Fill]
) -> None:
    """Bring a state of another program to this one: load new leaves, drop old ones, evaluate everything."""
    program, segments = run.program, run.program.segments
    settled = _settled_at(program, fills)
    known = {
        segment.id: fills[segment.id].inside if segment.id in fills else bool(state.word & segment.bit)
        for segment in segments
        if segment.id in settled
    }
    run.muted = set(settled)
    run.changed = True
    run.word &= program.mask
    run.data = {number: held for number, held in run.data.items() if number in program.leaves}
    run.nexts = {}
    new = {number for number in program.leaves if number >= state.horizon}
    run.load([number for number in missing if number not in new], state.customer, history)
    run.ask([leaf for number, leaf in program.leaves.items() if number not in new], run.time)
    # What new leaves answer before their first segment is to answer concerns nobody.
    first = min(settled.values(), default=run.time)
    run.expire(max([run.time, first, *(fact.recorded_at for fact in history.facts)]))
    run.load([number for number in missing if number in new], state.customer, history)
    run.ask([program.leaves[number] for number in new], run.time)
    # Not only what flipped: a segment may have a new tree over old leaves.
    run.evaluate(range(len(segments)), run.time, cause)
    for at in sorted(set(settled.values())):
        run.expire(max(run.time, at))
        due = [place for place, segment in enumerate(segments) if settled.get(segment.id) == at]
        for segment in (segments[place] for place in due):
            run.muted.discard(segment.id)
            run.word = run.word | segment.bit if known[segment.id] else run.word & ~segment.bit
        run.evaluate(due, run.time, cause)


def _settled_at(program: Program, fills: Mapping[str, Fill]) -> dict[str, int]:
    """When each segment's answer is compared with what was emitted of it: one that refers to others, after them."""
    settled: dict[str, int] = {}
    for segment in program.segments:  # referred ones come first
        moments = [settled[name] for name in segment.references if name in settled]
        if segment.id in fills:
            moments.append(fills[segment.id].at)
        if moments:
            settled[segment.id] = max(moments)
    return settled


def needs_history(program: Program, state: State, now: int, inputs: Sequence[Change] = ()) -> tuple[int, ...]:
    """The leaves that this advance cannot answer from the state alone: new ones, and touched or due ones that
    hold too many entries. Their facts are of `program.leaves[id].conditions()`, from `leaf.reach(state.time)` on."""
    if state.epoch != program.epoch:
        return tuple(n for n in program.leaves if n >= state.horizon or state.data.get(n) is OVERFLOW)
    large = [number for number, held in state.data.items() if held is OVERFLOW]
    if not large:
        return ()
    until = max([now, *(change.recorded_at for change in inputs)])
    touched = {leaf.id for change in inputs for leaf in concerned(program, change)}
    return tuple(number for number in large if number in touched or state.nexts.get(number, NEVER) <= until)


def concerned(program: Program, change: Change) -> list[Leaf]:
    """The leaves that an input changes."""
    if isinstance(change, Fact):
        index = program.events.get(change.kind)
        if index is None:
            return []
        return [leaf for leaf, where in index.candidates(change) if where is None or where(change.props)]
    return list(program.profile.get(change.topic, ()))
