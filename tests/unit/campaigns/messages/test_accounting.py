"""Would catch a message that is counted twice, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.messages.domain.accounting import Tally, account
from services.campaigns.messages.domain.ledger import MessageState


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
