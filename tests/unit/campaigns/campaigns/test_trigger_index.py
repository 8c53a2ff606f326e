"""Whoever the index finds is whoever is found by asking every trigger, and it asks few."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.campaigns.domain import trigger_index
from services.campaigns.campaigns.domain.campaign import EventTrigger, SegmentTrigger
from services.campaigns.campaigns.domain.conditions import Condition, EventName
from services.campaigns.campaigns.domain.trigger_index import TriggerIndex

WORDS = st.sampled_from(["a", "b", "c"])
SEGMENTS = st.sampled_from([UUID(int=number) for number in range(3)])
CONDITIONS = st.one_of(
    st.builds(Condition, st.sampled_from(["store", "channel", "order_id"]), st.just("is"), WORDS),
    st.builds(
        Condition, st.just("store"), st.just("in"), st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple)
    ),
    st.builds(Condition, st.sampled_from(["products", "categories"]), st.just("has"), WORDS),
    st.builds(Condition, st.just("amount"), st.sampled_from(["at_least", "at_most"]), st.integers(0, 9)),
)
TRIGGERS = st.one_of(
    st.builds(
        EventTrigger,
        st.just("event"),
        st.sampled_from(["purchase", "return"]),
        st.lists(CONDITIONS, max_size=3).map(tuple),
    ),
    st.builds(SegmentTrigger, st.sampled_from(["segment_entered", "segment_left"]), SEGMENTS),
)
VIEWS = st.fixed_dictionaries(
    {},
    optional={
        "store": st.one_of(st.none(), WORDS),
        "channel": WORDS,
        "order_id": WORDS,
        "amount": st.integers(0, 9),
        "products": st.lists(WORDS, max_size=4),
        "categories": st.lists(WORDS, max_size=4),
    },
)


def meets(trigger: SegmentTrigger | EventTrigger, event: EventName, view: dict[str, object]) -> bool:
    """Asked one by one, as people read it."""
    if not isinstance(trigger, EventTrigger) or trigger.event != event:
        return False
    for condition in trigger.where:
        actual = view.get(condition.field)
        wanted = condition.value
        if actual is None:
            return False
        if condition.op == "is" and actual != wanted:
            return False
        if condition.op == "in" and not (isinstance(wanted, tuple) and actual in wanted):
            return False
        if condition.op == "has" and not (isinstance(actual, list) and wanted in actual):
            return False
        if isinstance(actual, int) and isinstance(wanted, int):
            if condition.op == "at_least" and actual < wanted:
                return False
            if condition.op == "at_most" and actual > wanted:
                return False
    return True


@given(st.lists(TRIGGERS, max_size=12), st.sampled_from(["purchase", "return"]), VIEWS)
@settings(max_examples=150, deadline=None)
def test_an_event_finds_those_whom_asking_each_would_find(
    triggers: list[SegmentTrigger | EventTrigger], event: EventName, view: dict[str, object]
) -> None:
    """Would catch a campaign that nobody enters because it lies in another corner of the index, or twice."""
    index = TriggerIndex.of((trigger, place) for place, trigger in enumerate(triggers))
    expected = [place for place, trigger in enumerate(triggers) if meets(trigger, event, view)]
    assert sorted(index.happened(event, view)) == expected


@given(st.lists(TRIGGERS, max_size=12), st.lists(SEGMENTS), st.lists(SEGMENTS))
@settings(max_examples=100, deadline=None)
def test_a_move_finds_those_of_its_segments_once(
    triggers: list[SegmentTrigger | EventTrigger], entered: list[UUID], left: list[UUID]
) -> None:
    index = TriggerIndex.of((trigger, place) for place, trigger in enumerate(triggers))
    expected = [
        place
        for place, trigger in enumerate(triggers)
        if isinstance(trigger, SegmentTrigger)
        and trigger.segment_id in (entered if trigger.kind == "segment_entered" else left)
    ]
    assert sorted(index.moved(entered, left)) == expected


def test_three_hundred_campaigns_are_not_asked_more_often_than_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a condition by which nothing is found, so that every campaign is asked again."""
    asked: list[object] = []

    def all_hold(conditions: tuple[Condition, ...], view: dict[str, object]) -> bool:
        asked.append(conditions)
        return True

    monkeypatch.setattr(trigger_index, "all_hold", all_hold)
    for count in (3, 300):
        triggers = [
            EventTrigger("event", "purchase", (Condition("categories", "has", f"category-{number}"),))
            for number in range(count)
        ]
        index = TriggerIndex.of((trigger, place) for place, trigger in enumerate(triggers))
        asked.clear()
        found = list(index.happened("purchase", {"categories": ["category-2", "category-2", "other"]}))
        assert (found, len(asked)) == ([2], 1)
