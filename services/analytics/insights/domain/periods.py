"""Days, weeks (from Monday) and months of a zone, by the date on which they begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]
UNITS: tuple[Unit, ...] = ("day", "week", "month")

MOST_PERIODS = 400


def begin(unit: Unit, day: date) -> date:
    """The first day of the period that holds a day."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def later(unit: Unit, period: date, number: int = 1) -> date:
    """The period so many after one (before it, when below zero)."""
    if unit == "month":
        months = period.year * 12 + period.month - 1 + number
        return date(months // 12, months % 12 + 1, 1)
    return period + timedelta(days=number * (7 if unit == "week" else 1))


def between(unit: Unit, first: date, last: date) -> Iterator[date]:
    """All periods from the one that holds `first` to the one that holds `last`."""
    period = begin(unit, first)
    while period <= last:
        yield period
        period = later(unit, period)


def distance(unit: Unit, first: date, period: date) -> int:
    """How many periods lie between the beginnings of two."""
    if unit == "month":
        return (period.year - first.year) * 12 + period.month - first.month
    return (period - first).days // (7 if unit == "week" else 1)


def year_before(unit: Unit, period: date) -> date:
    """The period to compare with: the month of the year before; 52 weeks before, so that weekdays are the same."""
    return later("month", period, -12) if unit == "month" else period - timedelta(weeks=52)
