"""Planted faults: the property test counts only because it goes red on each of these.

A mutant is the engine, or the worker that drives it, with one mistake of the kind that people make. A checker that
lets one of them pass has a hole.
"""

import importlib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings

from services.analytics.segments.domain.engine import Outcome, Program, decode
from services.analytics.segments.domain.engine.inputs import Fact
from services.analytics.segments.domain.engine.leaves import counts, events, profile, samples, sequences
from services.analytics.segments.domain.engine.leaves.base import Answer, Data
from services.analytics.segments.domain.engine.state import State
from services.analytics.segments.domain.instants import NEVER, SECOND
from tests.oracle.cases import cases
from tests.oracle.replay import Case, Step
from tests.oracle.world import Tree
from tests.unit.analytics.segments.segment_stream import Stream
from tests.unit.analytics.segments.test_segment_engine_equals_brute_force import CHECKS, check

# The package shows the function of the same name, so that the module is asked for by its name.
engine: Any = importlib.import_module("services.analytics.segments.domain.engine.advance")
Planted = tuple[object, str, object]


def caught(make: type[Stream] = Stream, cases_tried: int = 2_000) -> bool:
    """Whether the property test goes red, with a fixed seed."""

    @seed(1)
    @settings(
        max_examples=cases_tried,
        deadline=None,
        database=None,
        suppress_health_check=CHECKS,
        phases=[Phase.generate],  # that it is red is enough; no smaller case is sought
        report_multiple_bugs=False,
    )
    @given(case=cases())
    def property_test(case: Case) -> None:
        check(case, make)

    try:
        property_test()
    except Exception:  # a fault may also break something outright
        return True
    return False


def a_closed_edge(leaf: counts.RecentCount, data: Data, now: int) -> Answer:
    """An event of exactly W ago still counts."""
    count = len(data or ()) - bisect_left(data or (), now - leaf.length)
    step = next((step for step in leaf.steps if step <= count), None)
    return leaf.holds(count), data[-step] + leaf.length + 1 if step else NEVER


def an_nth_newest_off_by_one(leaf: counts.RecentCount, data: Data, now: int) -> Answer:
    """The n-1 newest are kept in view instead of the n newest."""
    truth, change = _recent_count(leaf, data, now)
    count = len(data or ()) - bisect_left(data or (), now - leaf.length + 1)
    step = next((step for step in leaf.steps if step <= count), None)
    return truth, change if not step or step < 2 else data[1 - step] + leaf.length


def a_late_event_that_only_appends(leaf: counts.RecentCount, data: Data, event: Fact) -> Data:
    """The newest n by arrival, and not by the time at which they happened."""
    return [*(data or ()), event.ts][-leaf.most :] if leaf.most else None


def a_sum_that_forgets_expiry(leaf: samples.RecentFold, data: Data, now: int) -> Answer:
    """The sum is right when an event comes, but nothing wakes when it shrinks."""
    return _recent_fold(leaf, data, now)[0], NEVER


def a_trim_too_eager(leaf: counts.RecentCount, data: Data, now: int) -> Data:
    """What has three seconds to live is dropped from the stored state."""
    return [ts for ts in data or () if ts > now - leaf.length + 3 * SECOND] or None


def a_wake_up_for_the_first_leaf_only(program: Program, word: int, data: dict[int, Data], nexts: dict[int, int]) -> int:
    """When the first change of a leaf changes no membership, later ones are forgotten."""
    found = _next_wake(program, word, data, nexts)
    return found if found == min(nexts.values(), default=NEVER) else NEVER


def a_jump_over_several_edges(run: Any, until: int) -> None:
    """A late wake-up evaluates once, at the moment when it comes."""
    due = [number for number, at in run.nexts.items() if at <= until]
    run.time = max(run.time, until)
    run.settle([run.program.leaves[number] for number in due], run.time, "time")


def apply_then_expire(run: Any, until: int) -> None:
    """At equal instants the event comes first."""
    _expire(run, until - 1)
    run.time = max(run.time, until)


def references_evaluated_first(run: Any, places: Iterable[int], at: int, cause: str) -> None:
    """A segment is evaluated before the one that it refers to."""
    _evaluate(run, reversed(list(places)), at, cause)


def a_consent_that_never_lapses(leaf: profile.ConsentLeaf, data: Data, now: int) -> Answer:
    """The expiry is stored, but not looked at."""
    return (leaf.wanted == 0 if data is None else data[0] == leaf.wanted), NEVER


def the_first_event_to_arrive(leaf: events.EdgeAgeLeaf, data: Data, event: Fact) -> Data:
    """First and last by arrival."""
    return event.ts if data is None or leaf.last else data


def an_abandonment_without_a_timer(leaf: sequences.SequenceLeaf, data: Data, now: int) -> Answer:
    """A without B is noticed at the next event only."""
    return _sequence(leaf, data, now)[0], NEVER


def returns_that_add_up(leaf: samples.FieldLeaf, event: Fact) -> Any:
    """A return counts like a purchase."""
    found = _value(leaf, event)
    return -found if type(found) is int and event.kind in leaf.kinds[1:] else found


_value = samples.FieldLeaf.value
_recent_count, _recent_fold = counts.RecentCount.answer, samples.RecentFold.answer
_sequence, _next_wake = sequences.SequenceLeaf.answer, engine.next_wake
_expire, _evaluate = engine._Run.expire, engine._Run.evaluate

IN_THE_ENGINE: list[Planted] = [
    (counts.RecentCount, "answer", a_closed_edge),
    (counts.RecentCount, "answer", an_nth_newest_off_by_one),
    (counts.RecentCount, "add", a_late_event_that_only_appends),
    (counts.RecentCount, "trim", a_trim_too_eager),
    (samples.RecentFold, "answer", a_sum_that_forgets_expiry),
    (samples.FieldLeaf, "value", returns_that_add_up),
    (engine, "next_wake", a_wake_up_for_the_first_leaf_only),
    (engine._Run, "expire", a_jump_over_several_edges),
    (engine._Run, "expire", apply_then_expire),
    (engine._Run, "evaluate", references_evaluated_first),
    (profile.ConsentLeaf, "answer", a_consent_that_never_lapses),
    (events.EdgeAgeLeaf, "add", the_first_event_to_arrive),
    (sequences.SequenceLeaf, "answer", an_abandonment_without_a_timer),
]


class AStateKeptAcrossARebalance(Stream):
    """Each of two workers keeps the state that it wrote last, also while the other owns the partition."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kept: dict[int, bytes] = {}

    def load(self) -> State:
        return decode(self.case.customer, self.kept.get(self.owner, self.stored))

    def keep(self, outcome: Outcome | None) -> None:
        super().keep(outcome)
        self.kept[self.owner] = self.stored


class WakeUpsBeforeTheBacklog(Stream):
    """A wake-up fires by the clock, though older inputs are still to be read."""

    def wake(self, now: int, backlog: bool) -> None:
        super().wake(now, backlog=False)


class NothingForCustomersWithoutEvents(Stream):
    """A customer is evaluated when the first event comes."""

    def begin(self) -> None:
        super().begin()
        self.changes.clear()
        state = replace(self.load(), word=0, data={}, nexts={}, wake=NEVER)
        self.keep(Outcome(state, (), True))


class DuplicatesCounted(Stream):
    """No inbox."""

    def handle(self, steps: list[Step]) -> None:
        for step in steps:
            self.facts.pop(step.id, None)
        super().handle(steps)


class IdsGivenTwice(Stream):
    """A new leaf gets the number of a dropped one, and with it what that one remembered."""

    def define(self, segments: dict[str, Tree], epoch: int) -> Program:
        self.next_id = 0
        self.known = {}
        return super().define(segments, epoch)


class AMergeOfNothing(Stream):
    """The facts of the other customer are there, but the state is not rebuilt."""

    def change(self, step: Step) -> None:
        if step.kind == "define":
            super().change(step)
        else:
            for event in step.body:
                self.learn_event(event)


IN_THE_WORKER: list[type[Stream]] = [
    AStateKeptAcrossARebalance,
    WakeUpsBeforeTheBacklog,
    NothingForCustomersWithoutEvents,
    DuplicatesCounted,
    IdsGivenTwice,
    AMergeOfNothing,
]


def named(planted: Planted) -> str:
    """The name of a planted fault."""
    return str(getattr(planted[2], "__name__", planted[1]))


@pytest.mark.parametrize("planted", IN_THE_ENGINE, ids=named)
def test_a_planted_fault_of_the_engine_is_caught(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planted[0], planted[1], planted[2])
    assert caught()


@pytest.mark.parametrize("make", IN_THE_WORKER, ids=lambda make: make.__name__)
def test_a_planted_fault_of_the_worker_is_caught(make: type[Stream]) -> None:
    assert caught(make)


def test_without_a_fault_the_same_cases_are_green() -> None:
    """Otherwise being caught would mean nothing."""
    assert not caught(cases_tried=300)
