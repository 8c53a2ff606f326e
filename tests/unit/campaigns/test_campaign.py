"""Would catch a campaign that cannot be and a state that must not follow."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.domain.accounting import Tally, account
from services.campaigns.domain.campaign import Action, EventTrigger, ReEntry, State, after
from services.campaigns.domain.conditions import Condition, all_hold
from services.campaigns.domain.customers import consent_of
from services.campaigns.domain.ledger import MessageState, backoff, message_id
from services.campaigns.domain.recipients import is_allowed
from tests.unit.campaigns.builders import NOON, a_definition

ACTIONS: list[Action] = ["start", "pause", "resume", "stop", "finish"]


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_whatever_is_tried_a_campaign_that_is_over_stays_over(actions: list[Action]) -> None:
    state, over = State.DRAFT, False
    for action in actions:
        state = after(state, action) or state
        assert not over or state in (State.STOPPED, State.FINISHED)
        over = state in (State.STOPPED, State.FINISHED)


def test_a_draft_can_only_be_started() -> None:
    assert [action for action in ACTIONS if after(State.DRAFT, action)] == ["start"]


@given(
    st.lists(
        st.builds(
            Tally,
            st.sampled_from(list(MessageState)),
            st.sampled_from([None, "too-late", "holdout", "bounced"]),
            st.sampled_from([None, "quiet-hours", "frequency-cap"]),
            st.integers(0, 1_000),
        )
    )
)
def test_the_account_adds_up_and_shows_a_gap(tallies: list[Tally]) -> None:
    total = sum(tally.count for tally in tallies)
    assert account(tallies, total).adds_up
    assert not account(tallies, total + 1).adds_up


def test_re_entry_once_is_once_and_again_after_days_is_exact() -> None:
    assert ReEntry("once").permits(None, NOON)
    assert not ReEntry("once").permits(NOON - timedelta(days=3650), NOON)
    again = ReEntry("again_after", 7)
    assert again.permits(NOON - timedelta(days=7), NOON)
    assert not again.permits(NOON - timedelta(days=7) + timedelta(seconds=1), NOON)
    assert ReEntry("always").permits(NOON, NOON)


@pytest.mark.parametrize("changes", [{"holdout_percent": 101.0}, {"priority": 10}, {"expires_after": timedelta(0)}])
def test_an_invalid_campaign_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        a_definition(**changes)


def test_a_condition_that_an_event_cannot_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no field 'colour'"):
        EventTrigger("event", "purchase", (Condition("colour", "is", "red"),))
    with pytest.raises(ValueError, match="amount can be asked"):
        EventTrigger("event", "purchase", (Condition("amount", "is", "5"),))
    with pytest.raises(ValueError, match="needs a number"):
        EventTrigger("event", "purchase", (Condition("amount", "at_least", "5"),))


def test_conditions_are_all_asked_and_missing_fields_meet_nothing() -> None:
    event = {"amount": 500, "channel": "web", "categories": ["apples", "pears"], "store": None}
    big, web = Condition("amount", "at_least", 500), Condition("channel", "in", ("web", "app"))
    assert all_hold([big, web, Condition("categories", "has", "apples")], event)
    assert not all_hold([big, Condition("store", "is", "None")], event)
    assert not all_hold([Condition("amount", "at_most", 499)], event)


def test_the_same_entry_is_the_same_message_and_another_is_another() -> None:
    ids = uuid4(), uuid4(), uuid4()
    assert message_id(*ids, "send", "email") == message_id(*ids, "send", "email")
    assert message_id(*ids, "send", "email") != message_id(*ids, "send", "sms")


def test_backoff_grows_to_a_bound_and_follows_a_scaled_clock() -> None:
    waits = [backoff("provider", attempts, 1.0).total_seconds() for attempts in range(20)]
    assert waits == sorted(waits)
    assert waits[-1] == 300
    assert backoff("privacy-away", 20, 1.0).total_seconds() < 10
    assert backoff("provider", 0, 3600.0) == backoff("provider", 0, 1.0) * 3600


def test_a_refusal_under_any_id_counts_unless_the_current_one_granted() -> None:
    root, old = uuid4(), uuid4()
    pair = ("offers", "email")
    assert consent_of({old: {pair: "denied"}, root: {}}, root) == (frozenset({pair}), frozenset())
    assert consent_of({old: {pair: "denied"}, root: {pair: "granted"}}, root) == (frozenset(), frozenset({pair}))


def test_the_allow_list_takes_patterns_and_production_takes_all() -> None:
    assert is_allowed("Ann@Example.test", ["*@example.test"])
    assert not is_allowed("ann@example.test.evil.example", ["*@example.test"])
    assert is_allowed("anybody@anywhere.example", None)
