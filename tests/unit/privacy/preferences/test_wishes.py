"""What several wishes of one person come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.privacy.preferences.domain import NO_WISH, Frequency, Preferences, strictest

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_strictest_wish_of_a_person_holds() -> None:
    """Catches a merge by which somebody who asked for quiet gets everything again."""
    one = Preferences(NOW, "de", {"marketing": Frequency.WEEKLY}, NOW, "one")
    other = Preferences(NOW + timedelta(days=1), "fr", {"marketing": Frequency.MONTHLY}, NOW - timedelta(days=9), "two")
    for wishes in ([one, other], [other, one]):
        found = strictest(wishes)
        assert found.paused_until == NOW + timedelta(days=1)
        assert found.frequency("marketing") is Frequency.MONTHLY
        assert found.frequency("news") is Frequency.ALL
        assert (found.language, found.changed_by) == ("de", "one")
    assert strictest([]) == NO_WISH


def test_a_pause_ends_at_its_instant() -> None:
    """Catches a pause that never ends, or ends a day early."""
    wish = Preferences(paused_until=NOW)
    assert wish.paused(NOW - timedelta(seconds=1))
    assert not wish.paused(NOW)
    assert not NO_WISH.paused(NOW)
