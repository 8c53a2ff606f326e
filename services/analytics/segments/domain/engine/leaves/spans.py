"""Moving windows: which instants count now, and when that changes."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from services.analytics.segments.domain.instants import NEVER, from_datetime, to_datetime
from services.analytics.segments.domain.language.nodes import BetweenAgo, Calendar, Last, Window


class Span(Protocol):
    """A moving window over event times."""

    def bounds(self, now: int) -> tuple[int, int]:
        """Events with low <= ts < high count now."""

    def floor(self, now: int) -> int:
        """Events before this instant will never count again."""

    def edge(self, times: Sequence[int], now: int) -> int:
        """The next instant at which one of these (ascending) events starts or ceases to count."""


class AgoSpan:
    """Events at ts count for now in [ts + near, ts + far)."""

    def __init__(self, near: int, far: int) -> None:
        self.near, self.far = near, far

    def bounds(self, now: int) -> tuple[int, int]:
        return now - self.far + 1, now - self.near + 1

    def floor(self, now: int) -> int:
        return now - self.far + 1

    def edge(self, times: Sequence[int], now: int) -> int:
        found = NEVER
        for offset in (self.near, self.far):
            index = bisect_right(times, now - offset)
            if index < len(times):
                found = min(found, times[index] + offset)
        return found


class CalendarSpan:
    """Events of this or the last calendar period of a zone."""

    def __init__(self, unit: str, which: str, zone: str) -> None:
        self.unit, self.past, self.zone = unit, which == "last", zone

    def bounds(self, now: int) -> tuple[int, int]:
        before, start, end = period(self.unit, self.zone, now)
        return (before, start) if self.past else (start, end)

    def floor(self, now: int) -> int:
        before, start, _ = period(self.unit, self.zone, now)
        return before if self.past else start

    def edge(self, times: Sequence[int], now: int) -> int:
        return period(self.unit, self.zone, now)[2] if times and times[-1] >= self.floor(now) else NEVER


def span_of(window: Window) -> Span:
    """The span of a moving window."""
    match window:
        case Last(length):
            return AgoSpan(0, length)
        case BetweenAgo(near, far):
            return AgoSpan(near, far)
        case Calendar(unit, which, zone):
            return CalendarSpan(unit, which, zone)
    raise TypeError("a fixed window does not move")


def period(unit: str, zone: str, now: int) -> tuple[int, int, int]:
    """The starts of the last, this and the next period, as instants."""
    local = to_datetime(now).astimezone(ZoneInfo(zone)).date()
    return _starts(unit, zone, local)


@lru_cache(maxsize=4_096)
def _starts(unit: str, zone: str, day: date) -> tuple[int, int, int]:
    start = _first(unit, day)
    before = _first(unit, start - timedelta(days=1))
    after = _first(unit, start + timedelta(days={"day": 1, "week": 7, "month": 31, "quarter": 93, "year": 366}[unit]))
    marks = [from_datetime(datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone))) for d in (before, start, after)]
    return marks[0], marks[1], marks[2]


def _first(unit: str, day: date) -> date:
    """The first day of the period that holds a day; weeks begin on Monday (ISO 8601)."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "year" else day
