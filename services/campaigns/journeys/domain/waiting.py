"""When a wait for a date, a wall time or an instant ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from services.campaigns.journeys.domain.nodes import UntilDate, UntilInstant, UntilTime


def end_of_wait(
    until: UntilDate | UntilTime | UntilInstant, attributes: Mapping[str, object], zone: tzinfo, since: datetime
) -> datetime | None:
    """The instant (UTC) at which a wait that began at `since` ends; None for a date that the customer does not have.

    A date that is past ends the wait at once. A wall time that a clock change skips is the first instant after the gap.
    """
    if isinstance(until, UntilInstant):
        return until.instant.astimezone(UTC)
    if isinstance(until, UntilTime):
        return next_time(until.at, until.weekdays, zone, since)
    day = _date_in(attributes.get(until.attribute))
    if day is None:
        return None
    if not until.yearly:
        return _instant(day, until.at, zone) + until.offset
    first = since.astimezone(zone).year - 1
    ends = (_instant(_in_year(day, year), until.at, zone) + until.offset for year in range(first, first + 4))
    return next(end for end in ends if end >= since)


def next_time(at: time, weekdays: tuple[int, ...], zone: tzinfo, since: datetime) -> datetime:
    """The first such wall time after `since`, on one of these days (none means any)."""
    today = since.astimezone(zone).date()
    days = (today + timedelta(days=days) for days in range(9))
    ends = (_instant(day, at, zone) for day in days if not weekdays or day.isoweekday() in weekdays)
    return next(end for end in ends if end > since)


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _in_year(day: date, year: int) -> date:
    """Somebody born on 29 February has their day on the 28th in other years."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _date_in(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None
