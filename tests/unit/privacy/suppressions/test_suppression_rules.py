"""What each reason on the suppression list stops."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.privacy.suppressions.domain import SuppressionReason, blocks


@given(st.sets(st.sampled_from(list(SuppressionReason)), min_size=1), st.sampled_from(["marketing", "news"]))
def test_every_reason_stops_marketing(reasons: set[SuppressionReason], purpose: str) -> None:
    """Catches a reason that somebody adds and forgets here."""
    assert blocks(reasons, purpose)
