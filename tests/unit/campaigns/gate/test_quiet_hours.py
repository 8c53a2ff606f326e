"""Would catch a night-time mail, also in the two nights a year when the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.gate.domain.quiet_hours import QuietHours, end_of_quiet

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(21), time(8))

times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
instants = st.integers(0, 3 * 366 * 24 * 60).map(lambda m: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])


@given(start=times, end=times, now=instants, zone=zones.map(ZoneInfo))
def test_the_end_is_never_quiet_and_nothing_waits_when_it_is_not(
    start: time, end: time, now: datetime, zone: ZoneInfo
) -> None:
    if start == end:
        return
    quiet = QuietHours(start, end)
    until = end_of_quiet(quiet, now, zone)
    if not quiet.holds(now.astimezone(zone).time()):
        assert until == now
    else:
        assert now < until <= now + timedelta(hours=26)
        assert not quiet.holds(until.astimezone(zone).time()) or _skipped(quiet, until, zone)


def _skipped(quiet: QuietHours, until: datetime, zone: ZoneInfo) -> bool:
    """The quiet hours lie in the hour that the clock change skips or repeats."""
    before, after = until - timedelta(hours=3), until + timedelta(hours=3)
    return before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()


def test_in_the_evening_it_waits_for_the_next_morning() -> None:
    now = datetime(2024, 6, 3, 21, 30, tzinfo=BERLIN).astimezone(UTC)
    assert end_of_quiet(NIGHT, now, BERLIN) == datetime(2024, 6, 4, 8, tzinfo=BERLIN)


def test_after_midnight_it_waits_for_the_same_morning() -> None:
    now = datetime(2024, 6, 4, 1, tzinfo=BERLIN).astimezone(UTC)
    assert end_of_quiet(NIGHT, now, BERLIN) == datetime(2024, 6, 4, 8, tzinfo=BERLIN)


def test_the_same_instant_is_quiet_in_one_zone_and_not_in_another() -> None:
    now = datetime(2024, 6, 3, 20, tzinfo=UTC)
    assert end_of_quiet(NIGHT, now, ZoneInfo("Asia/Tokyo")) > now
    assert end_of_quiet(NIGHT, now, ZoneInfo("America/New_York")) == now


def test_the_night_in_which_the_clock_goes_forward_ends_at_eight_by_the_wall() -> None:
    now = datetime(2024, 3, 30, 23, tzinfo=BERLIN).astimezone(UTC)
    until = end_of_quiet(NIGHT, now, BERLIN)
    assert until.astimezone(BERLIN).hour == 8
    assert until - now == timedelta(hours=8)


def test_an_end_in_the_skipped_hour_is_the_first_instant_after_it() -> None:
    quiet = QuietHours(time(22), time(2, 30))
    now = datetime(2024, 3, 30, 23, tzinfo=BERLIN).astimezone(UTC)
    assert end_of_quiet(quiet, now, BERLIN).astimezone(BERLIN).time() == time(3)
    lord_howe = ZoneInfo("Australia/Lord_Howe")  # goes forward by half an hour
    late = datetime(2024, 10, 5, 23, tzinfo=lord_howe).astimezone(UTC)
    ends = end_of_quiet(QuietHours(time(22), time(2, 15)), late, lord_howe)
    assert ends.astimezone(lord_howe).time() == time(2, 30)


def test_an_end_that_comes_twice_is_never_in_the_past() -> None:
    quiet = QuietHours(time(22), time(2, 30))
    second = datetime(2024, 10, 27, 2, 10, tzinfo=BERLIN, fold=1).astimezone(UTC)
    until = end_of_quiet(quiet, second, BERLIN)
    assert until == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)


def test_quiet_hours_without_length_cannot_be_made() -> None:
    with pytest.raises(ValueError):
        QuietHours(time(8), time(8))
