"""The step: every node once, each left at the instant at which it was due, however often and late it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.journeys.domain.conditions import EventHappens, Facts, OutcomeOf, SegmentIs
from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.nodes import Arm, Branch, Choice, Exit, Node, Send, Split, UntilMet, WaitUntil
from services.campaigns.journeys.domain.steps import UNKNOWN_FOR, Turn, step
from services.campaigns.journeys.domain.travellers import Place, Traveller, Visit
from services.campaigns.messages.domain.ledger import Standing
from tests.unit.campaigns.journeys.builders import AT, SALT, a_definition, a_send, a_traveller, a_wait

SEGMENT = UUID(int=9)
HOUR = timedelta(hours=1)


def walked(definition: Definition, traveller: Traveller, facts: Facts, now: datetime) -> Turn:
    """One step."""
    return step(traveller, definition, SALT, facts, UTC, now)


def test_waits_that_are_passed_late_do_not_add_up() -> None:
    """Would catch a second wait that counts from when the worker came, not from when the first one ended."""
    definition = a_definition({"a": a_wait("b", days=1), "b": a_wait("c", days=1), "c": a_wait(days=1)})
    turn = walked(definition, a_traveller("a"), Facts(), AT + timedelta(days=2, hours=5))
    assert [(visit.node, visit.left_at) for visit in turn.visits] == [
        ("a", AT + timedelta(days=1)),
        ("b", AT + timedelta(days=2)),
    ]
    assert turn.traveller.due_at == AT + timedelta(days=3)


def test_a_message_is_waited_for_until_it_has_ended() -> None:
    """Would catch a step that goes on while its message is still in the ledger, or gives it up."""
    definition = a_definition({"a": a_send("b"), "b": Exit("exit")})
    sent = walked(definition, a_traveller("a"), Facts(), AT)
    assert sent.sending is not None
    assert (sent.sending.expires_at, sent.traveller.place) == (AT + timedelta(days=3), Place.SENDING)
    assert sent.traveller.due_at is not None
    later = AT + timedelta(days=5)
    waiting = walked(definition, sent.traveller, Facts(outcomes={"a": Standing("claimed", None, None)}), later)
    assert (waiting.visits, waiting.traveller.place) == ([], Place.SENDING)
    woken = replace(sent.traveller, due_at=AT + HOUR)
    outcome = {"a": Standing("refused", "no-consent", AT + HOUR)}
    ended = walked(definition, woken, Facts(outcomes=outcome), AT + HOUR)
    assert ended.visits[0] == Visit("a", AT, AT + HOUR, "refused", "no-consent")
    assert ended.traveller.end_reason == "completed"


def test_a_message_of_which_nobody_knows_is_passed_after_a_day() -> None:
    definition = a_definition({"a": a_send()})
    traveller = a_traveller("a", place=Place.SENDING)
    facts = Facts(outcomes={"a": Standing("unknown", "sender-gone", AT)})
    held = walked(definition, traveller, facts, AT + HOUR)
    assert (held.traveller.due_at, held.visits) == (AT + UNKNOWN_FOR, [])
    gone_on = walked(definition, held.traveller, facts, AT + UNKNOWN_FOR)
    assert [(visit.outcome, visit.left_at) for visit in gone_on.visits] == [("unknown", AT + UNKNOWN_FOR)]


def test_what_waited_for_a_pause_counts_from_its_end() -> None:
    """Would catch a message that is too late at once because its journey was paused."""
    definition = a_definition({"a": a_wait("b", days=1), "b": a_send()})
    waiting = walked(definition, a_traveller("a"), Facts(), AT).traveller
    resumed = AT + timedelta(days=30)
    turn = step(waiting, definition, SALT, Facts(), UTC, resumed, not_before=resumed)
    assert turn.sending is not None
    assert turn.sending.expires_at == resumed + timedelta(days=3)


def test_an_event_that_ended_one_wait_does_not_end_the_next() -> None:
    """Would catch one purchase that is taken for two."""
    bought = UntilMet("condition", (EventHappens("event", "purchase"),))
    definition = a_definition(
        {"a": WaitUntil("wait_until", bought, next="b"), "b": WaitUntil("wait_until", bought, next=None)}
    )
    waiting = walked(definition, a_traveller("a"), Facts(), AT).traveller
    heard = replace(waiting, heard_at=AT + HOUR, due_at=AT + HOUR)
    turn = walked(definition, heard, Facts(), AT + HOUR)
    assert [visit.node for visit in turn.visits] == ["a"]
    assert (turn.traveller.node, turn.traveller.listening, turn.traveller.heard_at) == ("b", True, None)


def test_the_first_choice_that_holds_is_taken() -> None:
    inside = Choice((SegmentIs("segment", SEGMENT),), "in")
    refused = Choice((OutcomeOf("outcome", "m", "refused", "no-consent"),), "no")
    nodes: dict[str, Node] = {"b": Branch("branch", (refused, inside), "else")}
    nodes |= {name: Exit("exit", name) for name in ("in", "no", "else")}
    definition = a_definition({**nodes, "m": a_send()})
    no_consent = {"m": Standing("refused", "no-consent", AT)}
    for facts, reason in (
        (Facts(), "else"),
        (Facts(segments=frozenset({SEGMENT})), "in"),
        (Facts(segments=frozenset({SEGMENT}), outcomes=no_consent), "no"),
        (Facts(outcomes={"m": Standing("refused", "erased", AT)}), "else"),
    ):
        assert walked(definition, a_traveller("b"), facts, AT).traveller.end_reason == reason


def test_a_split_gives_each_arm_its_share_and_each_customer_the_same_arm() -> None:
    """Would catch arms that hang together between nodes: whoever took the first arm here must not always take it
    there."""
    arms = (Arm("a", 30, "next"), Arm("b", 70, "next"))
    nodes: dict[str, Node] = {"one": Split("split", arms), "next": Split("split", (Arm("c", 50), Arm("d", 50)))}
    definition = a_definition(nodes)
    taken: Counter[tuple[str, ...]] = Counter()
    for number in range(4000):
        traveller = a_traveller("one", seed=UUID(int=number))
        outcomes = tuple(visit.outcome for visit in walked(definition, traveller, Facts(), AT).visits)
        assert outcomes == tuple(visit.outcome for visit in walked(definition, traveller, Facts(), AT).visits)
        taken[outcomes] += 1
    for way, share in {("a", "c"): 0.15, ("a", "d"): 0.15, ("b", "c"): 0.35, ("b", "d"): 0.35}.items():
        # Four standard deviations of a count of 4,000.
        assert abs(taken[way] / 4000 - share) < 4 * (share * (1 - share) / 4000) ** 0.5


def test_whoever_meets_what_ends_the_journey_leaves_before_the_next_step() -> None:
    left = (SegmentIs("segment", SEGMENT, inside=False),)
    definition = a_definition({"a": a_wait("b", days=1), "b": a_send()}, leave_when=left)
    inside = Facts(segments=frozenset({SEGMENT}))
    waiting = walked(definition, a_traveller("a"), inside, AT).traveller
    assert waiting.place is Place.WAITING
    turn = walked(definition, waiting, Facts(), AT + timedelta(days=1))
    assert (turn.sending, turn.traveller.end_reason) == (None, "left")


@st.composite
def journeys(draw: st.DrawFn) -> Definition:
    """Any journey of a few nodes that leads on, never back."""
    count = draw(st.integers(1, 8))
    names = [f"n{number}" for number in range(count)]

    def later(place: int) -> st.SearchStrategy[str | None]:
        return st.sampled_from([None, *names[place + 1 :]])

    nodes: dict[str, Node] = {}
    for place, name in enumerate(names):
        kind = draw(st.sampled_from(["send", "wait", "until", "branch", "split", "exit"]))
        hours = draw(st.integers(1, 50))
        if kind == "send":
            nodes[name] = a_send(draw(later(place)))
        elif kind == "wait":
            nodes[name] = a_wait(draw(later(place)), hours=hours)
        elif kind == "until":
            until = UntilMet("condition", (SegmentIs("segment", SEGMENT),))
            nodes[name] = WaitUntil("wait_until", until, timedelta(hours=hours), draw(later(place)), draw(later(place)))
        elif kind == "branch":
            choice = Choice((SegmentIs("segment", SEGMENT),), draw(later(place)))
            nodes[name] = Branch("branch", (choice,), draw(later(place)))
        elif kind == "split":
            nodes[name] = Split("split", (Arm("a", 50, draw(later(place))), Arm("b", 50, draw(later(place)))))
        else:
            nodes[name] = Exit("exit")
    return a_definition(nodes)


def _travelled(definition: Definition, facts: Facts, lateness: Iterator[int]) -> list[Visit]:
    """Walk to the end; the worker comes so many minutes late, and each message ends half an hour after it was sent."""
    visits: list[Visit] = []
    traveller, now = a_traveller(definition.start), AT
    for _ in range(100):
        outcomes = {name: Standing("handed_over", None, traveller.since + HOUR / 2) for name, _ in definition.sends}
        if traveller.place is Place.SENDING:
            traveller = replace(traveller, due_at=traveller.since + HOUR / 2)
        if traveller.due_at is None:
            return visits
        now = max(now, traveller.due_at + timedelta(minutes=next(lateness)))
        turn = walked(definition, traveller, replace(facts, outcomes=outcomes), now)
        assert turn.traveller != traveller
        visits += turn.visits
        traveller = turn.traveller
    pytest.fail("the journey has no end")


@given(journeys(), st.booleans(), st.lists(st.integers(0, 30), min_size=110, max_size=110))
@settings(max_examples=200, deadline=None)
def test_every_node_is_left_once_and_the_way_is_the_same_however_late_the_worker_is(
    definition: Definition, member: bool, late: list[int]
) -> None:
    """Would catch a step that is taken twice or never, an order in time that breaks, and lateness that adds up."""
    facts = Facts(segments=frozenset({SEGMENT}) if member else frozenset())
    visits = _travelled(definition, facts, iter(late))
    assert visits == _travelled(definition, facts, iter([0] * 110))
    assert len({visit.node for visit in visits}) == len(visits)
    for before, after in pairwise(visits):
        assert before.came_at <= before.left_at == after.came_at
    sent = [visit for visit in visits if isinstance(definition.nodes[visit.node], Send)]
    assert all(visit.outcome == "handed_over" for visit in sent)
