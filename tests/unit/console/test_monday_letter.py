"""What the mail of Monday says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from console.server.monday.letter import last_week, letter_of

WEEK = date(2026, 11, 16)


def figures(**changes: Any) -> dict[str, Any]:
    """Of a week."""
    return {
        "revenue": 123_450,
        "margin": 40_000,
        "uncosted": 0,
        "orders": 31,
        "new": 4,
        "repeat": 9,
        "lost": 2,
        **changes,
    }


def test_last_week_stands_beside_last_year_with_its_cohorts() -> None:
    """Catches figures in the wrong column, and money in minor units."""
    revenue = {"period": "2026-11-16", "figures": figures(), "year_before": figures(revenue=100_000, new=1)}
    cells = [{"offset": 0, "share": 1.0}, {"offset": 2, "share": 0.25}]
    letter = letter_of(WEEK, revenue, [{"period": "2026-08-01", "customers": 8, "cells": cells}], "EUR", "en")
    assert letter.subject == "Your week from 2026-11-16 to 2026-11-22"
    rows = [line.split() for line in letter.text.splitlines()]
    assert ["Revenue", "€1,234.50", "€1,000.00"] in rows
    assert ["New", "customers", "4", "1"] in rows
    assert ["2026-08", "8", "–", "25%", "–", "–", "–", "–"] in rows


def test_a_margin_that_is_not_known_is_not_guessed() -> None:
    """Catches a margin that leaves out what cost an unknown sum; in German besides."""
    revenue = {"figures": figures(margin=None, uncosted=5_000), "year_before": figures()}
    text = letter_of(WEEK, revenue, [], "EUR", "de").text
    assert "nicht bekannt: zu 50,00\xa0€ fehlen die Kosten" in text
    assert "Rohertrag" in text


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)])
def test_a_week_begins_on_monday(today: date) -> None:
    """Catches a week that is cut on Sunday."""
    assert last_week(today) == (WEEK, date(2026, 11, 22))
