"""Would catch a cap that lets one message too many through, or holds one back too long."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.gate.domain.caps import Cap, next_allowed, when_allowed
from services.campaigns.messages.domain.ledger import Sent
from tests.unit.campaigns.gate.builders import NOON

moments = st.lists(st.integers(-10_000, 0).map(lambda s: NOON + timedelta(seconds=s)), max_size=12)
caps = st.builds(Cap, st.integers(1, 4), st.integers(1, 5_000).map(lambda s: timedelta(seconds=s)))


@given(cap=caps, sent=moments)
def test_the_next_allowed_instant_is_the_first_that_a_search_second_by_second_finds(
    cap: Cap, sent: list[datetime]
) -> None:
    def fits(at_second: int) -> bool:
        at = NOON + timedelta(seconds=at_second)
        return sum(1 for moment in sent if at - cap.window < moment <= at) < cap.limit

    first = next(second for second in range(20_000) if fits(second))
    assert next_allowed(cap, sent, NOON) == NOON + timedelta(seconds=first)


@given(cap=caps, wishes=st.lists(st.integers(0, 3_000), max_size=40))
def test_no_window_ever_holds_more_than_its_limit_however_messages_come(cap: Cap, wishes: list[int]) -> None:
    sent: list[datetime] = []
    for second in sorted(wishes):
        now = NOON + timedelta(seconds=second)
        if next_allowed(cap, sent, now) == now:
            sent.append(now)
    for end in sent:
        assert sum(1 for at in sent if end - cap.window < at <= end) <= cap.limit


def test_a_cap_of_a_purpose_counts_and_holds_that_purpose_alone() -> None:
    campaign = uuid4()
    history = [Sent(NOON, uuid4(), "offers")]
    cap = Cap(1, timedelta(days=1), purpose="offers")
    assert when_allowed([cap], None, history, purpose="news", campaign_id=campaign, now=NOON) == NOON
    later = when_allowed([cap], None, history, purpose="offers", campaign_id=campaign, now=NOON)
    assert later == NOON + timedelta(days=1)


def test_a_campaigns_own_cap_counts_its_own_messages_alone() -> None:
    campaign, other = uuid4(), uuid4()
    own = Cap(1, timedelta(hours=1))
    assert (
        when_allowed([], own, [Sent(NOON, other, "offers")], purpose="offers", campaign_id=campaign, now=NOON) == NOON
    )
    held = when_allowed([], own, [Sent(NOON, campaign, "offers")], purpose="offers", campaign_id=campaign, now=NOON)
    assert held == NOON + timedelta(hours=1)


def test_of_several_caps_the_longest_wait_counts() -> None:
    history = [Sent(NOON - timedelta(minutes=30), uuid4(), "offers")]
    both = [Cap(1, timedelta(hours=1)), Cap(1, timedelta(days=2))]
    at = when_allowed(both, None, history, purpose="offers", campaign_id=uuid4(), now=NOON)
    assert at == NOON - timedelta(minutes=30) + timedelta(days=2)
