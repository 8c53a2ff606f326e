"""Dates and numbers as sheets write them: which forms a column fits, and a cell read by one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, time, timedelta, timezone
from types import MappingProxyType

# Day and month are told apart by the column as a whole: 03/04/2024 alone is both.
DATE_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "YYYY-MM-DD": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
        "DD.MM.YYYY": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
        "DD/MM/YYYY": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
        "MM/DD/YYYY": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    }
)
_DAYS = {name: re.compile(pattern) for name, pattern in DATE_FORMATS.items()}
_DATES = {name: re.compile(f"{pattern}(?:[ T]00:00(?::00)?)?") for name, pattern in DATE_FORMATS.items()}
_TIME = re.compile(
    r"(?:T|,? +)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<offset>Z|[+-]\d{2}:?\d{2}))?(?: Uhr)?"
)
# Named by how each writes one thousand two hundred and thirty-four and a half.
NUMBER_FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType({"1234.5": (",", "."), "1234,5": (".", ",")})
_NUMBERS = {
    name: re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:[{re.escape(group)} \u00a0\u202f']\d{{3}})+)(?:{re.escape(point)}\d+)?")
    for name, (group, point) in NUMBER_FORMATS.items()
}
_GROUPS = re.compile(r"[ \u00a0\u202f']")
_CURRENCY = r"(?:[A-Z]{3}|[€$£¥]|kr\.?|zł|Kč|Fr\.?)"
_MONEY = re.compile(rf"(?:{_CURRENCY}[ \u00a0\u202f]?)?(?P<number>[^A-Za-z€$£¥]*?)(?:[ \u00a0\u202f]?{_CURRENCY})?")

# A file has faults: a column is of dates or numbers when so many of its filled cells are that.
_ENOUGH = 0.6
_TRIED = 500


class Unreadable(ValueError):
    """A cell that is not of its format; the text says what was expected, never the value."""


def read_date(text: str, form: str) -> str:
    """The date as YYYY-MM-DD. Raises Unreadable."""
    found = _DATES[form].fullmatch(text.strip())
    if found is None:
        raise Unreadable(f"is no date as {form}")
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
    except ValueError:
        raise Unreadable(f"is a day that does not exist, as {form}") from None


def read_moment(text: str, form: str) -> tuple[date, time | None, timezone | None]:
    """The day, the time of day if the cell names one, and its offset from UTC if it names that. Raises Unreadable."""
    shown = text.strip()
    found = _DAYS[form].match(shown)
    if found is None:
        raise Unreadable(f"is no date as {form}")
    day = date.fromisoformat(read_date(found.group(), form))
    rest = shown[found.end() :]
    if not rest:
        return day, None, None
    clock = _TIME.fullmatch(rest)
    if clock is None:
        raise Unreadable(f"has something behind the date that is no time of day, as {form} 14:30")
    return day, _time_of_day(clock), _offset(clock["offset"])


def read_number(text: str, form: str) -> str:
    """The number with a point and without groups, as text. Raises Unreadable."""
    shown = text.strip()
    if not _NUMBERS[form].fullmatch(shown):
        raise Unreadable(f"is no number as {form}")
    group, point = NUMBER_FORMATS[form]
    return _GROUPS.sub("", shown).replace(group, "").replace(point, ".")


def read_amount(text: str, form: str) -> str:
    """A number as `read_number` reads it, beside a currency's sign or code, its minus in front or behind.

    Raises Unreadable.
    """
    found = _MONEY.fullmatch(text.strip())
    number = found["number"].strip() if found else text
    if number.endswith("-") and not number.startswith("-"):
        number = f"-{number[:-1].strip()}"
    return read_number(number, form)


class FormatGuess:
    """What a column's cells can be: fed cell by cell, it counts the forms that fit. Some cells may be faults."""

    def __init__(self) -> None:
        self.filled = 0
        self._dates = dict.fromkeys(DATE_FORMATS, 0)
        self._numbers = dict.fromkeys(NUMBER_FORMATS, 0)
        self._numbers_differ = False

    def feed(self, text: str) -> None:
        """One more cell; an empty one says nothing."""
        if not text.strip():
            return
        self.filled += 1
        for form in self._dates:
            self._dates[form] += _fits(_moment, text, form) is not None
        if self._numbers:
            read = {form: _fits(read_amount, text, form) for form in self._numbers}
            fitting = {form: number for form, number in read.items() if number is not None}
            for form in fitting:
                self._numbers[form] += 1
            self._numbers_differ |= len(set(fitting.values())) > 1
        if self.filled == _TRIED:
            # Texts: from here on they cost nothing.
            self._dates = {form: count for form, count in self._dates.items() if count}
            self._numbers = {form: count for form, count in self._numbers.items() if count}

    @property
    def formats(self) -> list[str]:
        """The forms that fit most cells, and nearly all; several only where they read the cells differently."""
        dates = self._best(self._dates)
        if dates:
            return dates
        numbers = self._best(self._numbers)
        return numbers if self._numbers_differ else numbers[:1]

    def _best(self, counts: Mapping[str, int]) -> list[str]:
        most = max(counts.values(), default=0)
        if not most or most < _ENOUGH * self.filled:
            return []
        return [form for form, count in counts.items() if count == most]


def _fits(read: Callable[[str, str], str], text: str, form: str) -> str | None:
    try:
        return read(text, form)
    except Unreadable:
        return None


def _moment(text: str, form: str) -> str:
    day, _, _ = read_moment(text, form)
    return day.isoformat()


def _time_of_day(clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            raise Unreadable("has a time of day that does not exist")
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    try:
        return time(hour, int(clock["minute"]), int(clock["second"] or 0))
    except ValueError:
        raise Unreadable("has a time of day that does not exist") from None


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    try:
        return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
    except ValueError:
        raise Unreadable("has an offset from UTC that does not exist") from None
