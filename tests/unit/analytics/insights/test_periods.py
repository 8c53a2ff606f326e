"""Periods of a calendar."""

from __future__ import annotations

from datetime import date

from services.analytics.insights.domain.periods import begin, between, distance, later, year_before


def test_months_and_weeks_follow_one_another_over_the_end_of_a_year() -> None:
    """Catches a thirteenth month, and a week that ends with the year."""
    assert begin("week", date(2025, 1, 1)) == date(2024, 12, 30)
    assert list(between("month", date(2024, 11, 30), date(2025, 2, 1))) == [
        date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1),
    ]  # fmt: skip
    for unit in ("day", "week", "month"):
        start = begin(unit, date(2024, 2, 29))
        for number in (-30, -1, 0, 1, 13, 26):
            assert distance(unit, start, later(unit, start, number)) == number


def test_the_year_before_has_the_same_weekdays_or_the_same_month() -> None:
    """Catches a Saturday that is compared with a Friday."""
    assert year_before("day", date(2024, 2, 29)) == date(2023, 3, 2)
    assert year_before("day", date(2024, 2, 29)).weekday() == date(2024, 2, 29).weekday()
    assert year_before("month", date(2024, 2, 1)) == date(2023, 2, 1)
