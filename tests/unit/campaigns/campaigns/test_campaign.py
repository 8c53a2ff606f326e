"""Would catch a campaign that cannot be and a state that must not follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.campaigns.domain.campaign import Action, CampaignState, EventTrigger, ReEntry, after
from services.campaigns.campaigns.domain.conditions import Condition, all_hold
from tests.unit.campaigns.campaigns.builders import NOON, a_definition

ACTIONS: list[Action] = ["start", "pause", "resume", "stop", "finish"]


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_whatever_is_tried_a_campaign_that_is_over_stays_over(actions: list[Action]) -> None:
    state, over = CampaignState.DRAFT, False
    for action in actions:
        state = after(state, action) or state
        assert not over or state in (CampaignState.STOPPED, CampaignState.FINISHED)
        over = state in (CampaignState.STOPPED, CampaignState.FINISHED)


def test_a_draft_can_only_be_started() -> None:
    assert [action for action in ACTIONS if after(CampaignState.DRAFT, action)] == ["start"]


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
