"""New definitions that a state meets long after they were answered for everybody: still as brute force has it.

What it would catch: a lapse between the answer and the touch that is lost, emitted with the wrong instant or as the
definition's doing; an answer that is emitted a second time; an unchanged segment that lapses late or for no reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings

from services.analytics.segments.domain.engine import (
    Fill,
    History,
    Outcome,
    State,
    advance,
    blank,
    encode,
    fact,
    number_leaves,
    rebuild,
)
from services.analytics.segments.domain.engine.inputs import Change
from services.analytics.segments.domain.language import key_of, parse
from tests.oracle.cases import cases
from tests.oracle.replay import Case, Step, arrivals, net, replay
from tests.oracle.world import Tree
from tests.unit.analytics.segments.segment_stream import VOCABULARY, Stream, a_program, instant, second
from tests.unit.analytics.segments.test_segment_engine_equals_brute_force import CHECKS


@dataclass
class Late(Stream):
    """A worker that leaves states to an old program until they are touched; a back-fill answers and emits meanwhile."""

    fills: dict[str, Fill] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)
    is_told: bool = False
    dropped: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.trees = dict(self.case.segments)

    def advanced(self, now: int, inputs: Sequence[Change] = (), before: History | None = None) -> Outcome:
        """Brought to the present program on the way, if it is behind."""
        fills, self.fills = self.fills, {}
        return advance(self.program, self.load(), now, inputs, before or self.history(), fills=fills)

    def look(self) -> None:
        """What is stored is not what was emitted while the state is behind."""
        if not self.fills:
            super().look()

    def change(self, step: Step) -> None:
        """New definitions are answered at once, from the facts, and emitted; the state stays as it is."""
        if step.kind == "merge":
            super().change(step)
            return
        now, fresh = instant(self.now), {name: tree for name, tree in step.body.items() if self.trees.get(name) != tree}
        refers = "segment" in repr(step.body) or "segment" in repr(self.trees)
        if self.load().wake <= now or (self.fills and (refers or self.fills.keys() & fresh.keys())):
            self.keep(self.advanced(now))
        known = {segment.id: bool(self.load().word & segment.bit) for segment in self.program.segments}
        self.program, self.trees = self.define(step.body, self.program.epoch + 1), dict(step.body)
        truth = rebuild(self.program, self.case.customer, self.history(), now).state.word
        # Whoever is not reached before a segment is archived is not told what lapsed in it meanwhile.
        self.dropped += [
            (name, second(fill.at), self.now) for name, fill in self.fills.items() if name not in self.trees
        ]
        self.fills = {name: fill for name, fill in self.fills.items() if name in self.trees}
        for segment in self.program.segments:
            if segment.id in fresh:
                before, inside = known.get(segment.id, False), bool(truth & segment.bit)
                # Every other one is emitted by the state itself, when it follows.
                self.is_told = not self.is_told
                self.fills[segment.id] = Fill(now, inside if self.is_told else before)
                if self.is_told and inside != before:
                    self.changes.append((self.now, "definition", "entered" if inside else "left", segment.id))


def in_protocol(case: Case) -> Case:
    """Nothing that was recorded before a change of definitions comes after it: a back-fill waits until all of that is
    handled. Otherwise such an event counts from its recording for a state that nobody touched since, and for the
    oracle from the change on."""
    changed, steps = 0, []
    for at, step in arrivals(case.steps):
        steps.append(replace(step, recorded=max(step.recorded, changed)))
        changed = at if step.kind == "define" else changed
    return replace(case, steps=tuple(steps))


def check(case: Case) -> None:
    """All that was emitted, by the back-fill and by the engine, is what the oracle has; and the states end alike."""
    case = in_protocol(case)
    stream = Late(case)
    stream.run()
    stream.keep(stream.advanced(instant(case.end)))
    expected = [
        change
        for change in net(replay(case).changes)
        if not any(name == change[3] and since < change[0] <= until for name, since, until in stream.dropped)
    ]
    assert sorted(net(stream.changes)) == sorted(expected)
    again = rebuild(stream.program, case.customer, stream.history(), instant(case.end))
    if not stream.overflowed:
        assert encode(stream.program, again.state) == stream.stored
    assert again.state.word == stream.load().word


LIVES = cases().filter(lambda case: any(step.kind == "define" for step in case.steps))


@pytest.mark.timeout(600)
@settings(max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=CHECKS)
@given(case=LIVES)
def test_states_that_follow_late_say_what_brute_force_says(case: Case) -> None:
    check(case)


def test_an_event_of_before_a_change_of_definitions_counts_from_its_recording() -> None:
    """Found by the long test: a purchase recorded at 7 that came after a change at 9, to a state untouched since 5.

    It ends the lapse of 5 at 7. A back-fill never meets it, as it waits for all that was recorded before the change."""
    lapsed = {"event": "purchase", "agg": "last", "older_than": "PT5S"}
    program = a_program({"s0": lapsed}, {}, 0, 0)
    state = advance(program, blank("c-1"), instant(0), (), History()).state
    first, late = (fact(f"e-{at}", "purchase", instant(at), instant(at), {}) for at in (0, 7))
    state = advance(program, state, instant(5), (first,)).state
    known = number_leaves([key_of(parse(lapsed, VOCABULARY))], {}, 0)
    outcome = advance(a_program({"s0": lapsed}, known, 1, 1), state, instant(9), (late,), History((first,)))
    assert told_by(outcome) == [("s0", "left", 7, "e-7")]
    steps = (
        Step("event", "e-0", 0, ("purchase", 0, {})),
        Step("define", "e-8", 9, {"s0": lapsed}),
        Step("event", "e-13", 7, ("purchase", 7, {})),
    )
    check(Case({"s0": lapsed}, steps, 60))


def test_a_segment_archived_before_a_state_follows_says_nothing_of_it_any_more() -> None:
    """Catches an oracle that asks for the lapse of a segment which was archived before anybody looked."""
    man = {"attr": "sex", "op": "exists"}
    steps = (
        Step("event", "e-0", 4, ("purchase", 4, {})),
        Step("define", "e-1", 5, {"s0": man, "s1": within(3)}),
        Step("define", "e-2", 9, {"s0": man}),
    )
    check(Case({"s0": man}, steps, 12))


def test_answers_of_several_moments_are_each_taken_up_at_its_own() -> None:
    """Catches new leaves that are asked too late, and an answer that is compared with the truth of another moment."""
    state, bought = a_state({}), fact("e-1", "purchase", instant(0), instant(0), {})
    program = a_program({"s0": within(10), "s1": within(30), "s2": within(5)}, {}, 0, 1)
    fills = {"s0": Fill(instant(2), True), "s1": Fill(instant(20), True), "s2": Fill(instant(20), False)}
    outcome = advance(program, state, instant(40), (), History((bought,)), fills=fills)
    assert told_by(outcome) == [("s0", "left", 10, "time"), ("s1", "left", 30, "time")]


def test_what_refers_to_a_filled_segment_waits_for_its_moment() -> None:
    """Catches a segment that changes with the new version of another one before that was answered."""
    refers = {"segment": "s0"}
    state, bought = a_state({"s0": within(60), "s1": refers}), fact("e-1", "purchase", instant(0), instant(0), {})
    state = advance(a_program({"s0": within(60), "s1": refers}, {}, 0, 0), state, instant(0), (bought,)).state
    never = {"event": "contact", "agg": "count", "window": {"ever": True}, "op": "gte", "value": 1}
    known = number_leaves([key_of(parse(within(60), VOCABULARY))], {}, 0)
    program = a_program({"s0": never, "s1": refers, "s2": within(9)}, known, 1, 1)
    fills = {"s0": Fill(instant(20), False), "s2": Fill(instant(5), True)}
    outcome = advance(program, state, instant(40), (), History((bought,)), fills=fills)
    assert told_by(outcome) == [("s2", "left", 9, "time"), ("s1", "left", 20, "definition")]


def within(seconds: int) -> Tree:
    """Bought in the last seconds."""
    return {"event": "purchase", "agg": "count", "window": {"last": f"PT{seconds}S"}, "op": "gte", "value": 1}


def a_state(segments: dict[str, Tree]) -> State:
    """A customer of whom the program of these segments knows nothing yet."""
    return advance(a_program(segments, {}, 0, 0), blank("c-1"), instant(0), (), History()).state


def told_by(outcome: Outcome) -> list[tuple[str, str, int, str]]:
    """(segment, change, second, cause) of each transition."""
    return [
        (transition.segment, transition.change, second(transition.at), transition.cause)
        for transition in outcome.transitions
    ]


@pytest.mark.long
@pytest.mark.timeout(1_800)
@settings(max_examples=10_000, deadline=None, database=None, suppress_health_check=CHECKS)
@given(case=LIVES)
def test_states_that_follow_late_say_what_brute_force_says_in_many_more_lives(case: Case) -> None:
    check(case)
