"""The engine by example: what a reader wants to see once, beside the property test.

What it would catch: an edge that moved, a wake-up for nothing, an explanation that does not explain.
"""

from typing import Any

import pytest

from services.analytics.segments.domain.engine import (
    AttributeChange,
    Definition,
    Fact,
    History,
    NeedsHistory,
    Program,
    ScoreChange,
    State,
    advance,
    blank,
    decode,
    encode,
    explain,
    fact,
    leaf_keys,
    members,
    needs_history,
)
from services.analytics.segments.domain.engine.advance import StaleProgram
from services.analytics.segments.domain.engine.leaves.profile import bucket_of
from services.analytics.segments.domain.instants import NEVER
from services.analytics.segments.domain.language import parse
from tests.unit.analytics.segments.segment_stream import VOCABULARY, a_program, instant

TWICE = {"event": "purchase", "window": {"last": "PT10S"}, "op": "gte", "value": 2}
SPENT = {"event": "purchase", "agg": "sum", "field": "amount", "window": {"last": "PT10S"}, "op": "gte", "value": 5}
WOMAN = {"attr": "sex", "op": "eq", "value": "f"}


def program(*trees: dict[str, Any], epoch: int = 1, limit: int = 512) -> Program:
    return a_program({f"s{number}": tree for number, tree in enumerate(trees)}, {}, 0, epoch, limit)


def a_purchase(at: int, amount: int = 1, name: str = "") -> Fact:
    return fact(name or f"p-{at}", "purchase", instant(at), instant(at), {"amount": amount})


def known(compiled: Program, at: int = 0) -> State:
    return advance(compiled, blank("c-1"), instant(at), (), History()).state


def test_a_window_is_half_open_and_lapses_at_its_exact_instant() -> None:
    compiled = program(TWICE)
    state = advance(compiled, known(compiled), instant(4), [a_purchase(1), a_purchase(4)]).state
    assert state.wake == instant(11)
    assert members(compiled, advance(compiled, state, instant(11) - 1).state) == {"s0"}
    (left,) = advance(compiled, state, instant(50)).transitions
    assert (left.change, left.at, left.cause) == ("left", instant(11), "time")


def test_what_a_later_fit_says_counts() -> None:
    """Would catch a score that stays what the first fit made of it: fits are rare in the random lives."""
    compiled = program({"score": "rfm_group", "op": "eq", "value": "champions"})
    state, changes = known(compiled), []
    for at, group in ((1, "champions"), (2, "champions"), (3, "lost"), (4, "champions")):
        told = ScoreChange(f"fit-{at}", instant(at), "rfm_group", group)
        outcome = advance(compiled, state, instant(at), [told])
        state = outcome.state
        changes += [(transition.change, transition.at) for transition in outcome.transitions]
    assert changes == [("entered", instant(1)), ("left", instant(3)), ("entered", instant(4))]


def test_a_purchase_at_the_very_end_of_a_window_changes_nothing() -> None:
    """Catches `left` and `entered` of one instant, the second of which would start a journey."""
    once = {**TWICE, "value": 1}
    compiled = program(once, {"not": once}, {"segment": "s0"})
    state = advance(compiled, known(compiled), instant(1), [a_purchase(1)]).state
    outcome = advance(compiled, state, instant(11), [a_purchase(11)])
    assert not outcome.transitions
    assert members(compiled, outcome.state) == {"s0", "s2"}
    gap = advance(compiled, state, instant(12), [a_purchase(12)])
    assert [(found.segment, found.change, found.at) for found in gap.transitions] == [
        ("s0", "left", instant(11)), ("s1", "entered", instant(11)), ("s2", "left", instant(11)),
        ("s0", "entered", instant(12)), ("s1", "left", instant(12)), ("s2", "entered", instant(12)),
    ]  # fmt: skip


def test_a_customer_without_events_is_in_the_segment_of_those_who_did_nothing() -> None:
    outcome = advance(program({"not": TWICE}), blank("c-1"), instant(0), (), History())
    assert [transition.change for transition in outcome.transitions] == ["entered"]


def test_nobody_is_woken_when_no_membership_could_change() -> None:
    compiled = program({"all": [TWICE, WOMAN]})
    state = advance(compiled, known(compiled), instant(4), [a_purchase(1), a_purchase(4)]).state
    assert state.nexts
    assert state.wake == NEVER
    state = advance(compiled, state, instant(5), [AttributeChange("a", instant(5), "sex", "f")]).state
    assert state.wake == instant(11)


def test_an_event_that_concerns_no_leaf_changes_nothing() -> None:
    compiled = program(TWICE)
    assert not advance(
        compiled, known(compiled), instant(3), [fact("x", "contact", instant(3), instant(3), {})]
    ).changed


def test_a_given_state_is_never_changed_in_place() -> None:
    compiled = program(TWICE, SPENT)
    state = advance(compiled, known(compiled), instant(1), [a_purchase(1)]).state
    before = encode(compiled, state)
    advance(compiled, state, instant(30), [a_purchase(2), a_purchase(3)])
    assert encode(compiled, state) == before


def test_a_sum_with_too_many_events_is_answered_from_the_facts_and_stays_exact() -> None:
    compiled = program(SPENT, limit=3)
    events = [a_purchase(at) for at in range(1, 6)]
    outcome = advance(compiled, known(compiled), instant(5), events)
    state = decode("c-1", encode(compiled, outcome.state))
    assert members(compiled, state) == {"s0"}
    (number,) = needs_history(compiled, state, instant(6), [a_purchase(6)])
    assert compiled.leaves[number].reach(state.time) == instant(5) - 10_000_000 + 1
    with pytest.raises(NeedsHistory):
        advance(compiled, state, instant(6), [a_purchase(6)])
    after = advance(compiled, state, instant(30), [a_purchase(6)], History(tuple(events)))
    assert [(transition.at, transition.change) for transition in after.transitions] == [(instant(12), "left")]


def test_a_wake_up_of_a_leaf_with_too_many_events_asks_for_the_facts() -> None:
    compiled = program(SPENT, limit=3)
    events = [a_purchase(at) for at in range(1, 6)]
    state = decode("c-1", encode(compiled, advance(compiled, known(compiled), instant(5), events).state))
    assert state.wake == instant(11)
    assert needs_history(compiled, state, instant(10)) == ()
    assert needs_history(compiled, state, instant(11))


def test_a_new_definition_needs_the_facts_of_its_new_leaves_only() -> None:
    old = program(TWICE)
    state = advance(old, known(old), instant(4), [a_purchase(1), a_purchase(4)]).state
    same = a_program({"s0": TWICE, "s1": {"not": TWICE}}, {}, 0, 2)
    assert needs_history(same, state, instant(5)) == ()
    assert [transition.cause for transition in advance(same, state, instant(5)).transitions] == []
    keys = {key: number for number, key in enumerate(leaf_keys_of(TWICE))}
    more = a_program({"s0": TWICE, "s1": SPENT}, keys, 1, 2)
    assert needs_history(more, state, instant(5)) == (1,)
    outcome = advance(more, state, instant(5), (), History((a_purchase(1, 3), a_purchase(4, 3))))
    assert [(transition.segment, transition.cause) for transition in outcome.transitions] == [("s1", "definition")]


def leaf_keys_of(tree: dict[str, Any]) -> tuple[str, ...]:
    return leaf_keys([Definition("s", 0, 1, parse(tree, VOCABULARY))])


def test_a_program_older_than_the_state_is_refused() -> None:
    with pytest.raises(StaleProgram):
        advance(program(TWICE, epoch=1), known(program(TWICE, epoch=2)), instant(1))


def test_counts_of_opposite_questions_share_one_leaf() -> None:
    assert len(program(TWICE, {**TWICE, "op": "lt"}, {**TWICE, "op": "gt", "value": 1}).leaves) == 1


def test_values_of_a_wrong_type_are_missing() -> None:
    compiled = program(SPENT, WOMAN)
    wrong = fact("p", "purchase", instant(1), instant(1), {"amount": "many"})
    outcome = advance(compiled, known(compiled), instant(1), [wrong, AttributeChange("a", instant(1), "sex", 7)])
    assert not outcome.transitions


def test_an_event_that_claims_the_future_occurred_when_it_was_recorded() -> None:
    assert fact("p", "purchase", instant(9), instant(3), {}).ts == instant(3)


def test_buckets_are_stable() -> None:
    """The same for ever: a holdout must not be drawn anew."""
    assert [bucket_of("nov-apples", f"c-{number}") for number in range(3)] == [3693, 185, 7749]


def test_an_explanation_says_why_and_until_when() -> None:
    compiled = program({"all": [TWICE, WOMAN]})
    state = advance(compiled, known(compiled), instant(4), [a_purchase(1), a_purchase(4)]).state
    out = explain(compiled, state, "s0", instant(5))
    assert (out.inside, out.changes_at) == (False, None)
    assert [(part.holds, part.decides) for part in out.reason.children] == [(True, False), (False, True)]
    state = advance(compiled, state, instant(5), [AttributeChange("a", instant(5), "sex", "f")]).state
    out = explain(compiled, state, "s0", instant(6))
    assert (out.inside, out.changes_at) == (True, instant(11))
    assert out.reason.children[0].found == {"at_least": 2}
