"""What the mail of Monday says: last week and the months of returning, from analytics' own figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from babel.numbers import format_currency, get_currency_precision

Language = Literal["en", "de"]

_WORDS: dict[str, tuple[str, str]] = {
    "subject": ("Your week from {first} to {last}", "Ihre Woche vom {first} bis {last}"),
    "week": ("this week", "diese Woche"),
    "before": ("a year ago", "vor einem Jahr"),
    "revenue": ("Revenue", "Umsatz"),
    "margin": ("Margin", "Rohertrag"),
    "orders": ("Orders", "Bestellungen"),
    "new": ("New customers", "Neue Kunden"),
    "repeat": ("Repeat customers", "Wiederkehrende Kunden"),
    "lost": ("Lost customers", "Verlorene Kunden"),
    "unknown": ("not known: the cost of {amount} is missing", "nicht bekannt: zu {amount} fehlen die Kosten"),
    "cohorts": (
        "Of those who first bought in a month, so many bought again (months later):",
        "Von denen, die in einem Monat zuerst kauften, kauften erneut (Monate später):",
    ),
    "first": ("first bought", "zuerst gekauft"),
    "customers": ("customers", "Kunden"),
}
FIGURES = ("revenue", "margin", "orders", "new", "repeat", "lost")
_MONEY = frozenset({"revenue", "margin"})
COHORTS, OFFSETS = 7, 6


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text."""

    subject: str
    text: str


def last_week(today: date) -> tuple[date, date]:
    """Monday and Sunday of the week before the one that holds `today`."""
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + timedelta(days=6)


def letter_of(
    week: date, revenue: Mapping[str, Any], cohorts: Sequence[Mapping[str, Any]], currency: str, language: Language
) -> Letter:
    """`revenue` is analytics' period that begins on `week`, `cohorts` its months. Money in minor units."""

    def say(key: str, **values: str) -> str:
        return _WORDS[key][0 if language == "en" else 1].format(**values)

    def shown(figures: Mapping[str, Any], name: str) -> str:
        if name == "margin" and figures["margin"] is None:
            return say("unknown", amount=_money(figures["uncosted"], currency, language))
        return _money(figures[name], currency, language) if name in _MONEY else f"{figures[name]}"

    now, before = revenue["figures"], revenue["year_before"]
    rows = [["", say("week"), say("before")]]
    rows += [[say(name), shown(now, name), shown(before, name)] for name in FIGURES]
    lines = _columns(rows)
    kept = [cohort for cohort in cohorts if cohort["customers"]][-COHORTS:]
    if kept:
        head = [say("first"), say("customers"), *(f"+{offset}" for offset in range(1, OFFSETS + 1))]
        lines += ["", say("cohorts"), "", *_columns([head, *map(_cohort, kept)])]
    first, last = (f"{day:%Y-%m-%d}" for day in (week, week + timedelta(days=6)))
    return Letter(say("subject", first=first, last=last), "\n".join(lines) + "\n")


def _cohort(cohort: Mapping[str, Any]) -> list[str]:
    shares = {cell["offset"]: cell["share"] for cell in cohort["cells"]}
    cells = [f"{shares[offset]:.0%}" if offset in shares else "–" for offset in range(1, OFFSETS + 1)]
    return [str(cohort["period"])[:7], str(cohort["customers"]), *cells]


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *others = row
        numbers = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *numbers]).rstrip())
    return lines


def _money(minor: int, currency: str, language: Language) -> str:
    digits = get_currency_precision(currency)
    return str(format_currency(minor / 10**digits, currency, locale=language))
