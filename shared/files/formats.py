"""Dates and numbers as sheets write them: which forms a column fits, and a cell read by one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
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
_DATES = {name: re.compile(f"{pattern}(?:[ T]00:00(?::00)?)?") for name, pattern in DATE_FORMATS.items()}
# Named by how each writes one thousand two hundred and thirty-four and a half.
NUMBER_FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType({"1234.5": (",", "."), "1234,5": (".", ",")})
_NUMBERS = {
    name: re.compile(rf"[+-]?(?:\d+|\d{{1,3}}(?:[{re.escape(group)} \u00a0']\d{{3}})+)(?:{re.escape(point)}\d+)?")
    for name, (group, point) in NUMBER_FORMATS.items()
}
_GROUPS = re.compile(r"[ \u00a0']")


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


def read_number(text: str, form: str) -> str:
    """The number with a point and without groups, as text. Raises Unreadable."""
    shown = text.strip()
    if not _NUMBERS[form].fullmatch(shown):
        raise Unreadable(f"is no number as {form}")
    group, point = NUMBER_FORMATS[form]
    return _GROUPS.sub("", shown).replace(group, "").replace(point, ".")


class FormatGuess:
    """What a column's cells can be: fed cell by cell, it keeps the forms that fitted all of them."""

    def __init__(self) -> None:
        self.filled = 0
        self._dates = list(DATE_FORMATS)
        self._numbers = list(NUMBER_FORMATS)
        self._numbers_differ = False

    def feed(self, text: str) -> None:
        """One more cell; an empty one says nothing."""
        if not text.strip():
            return
        self.filled += 1
        self._dates = [form for form in self._dates if _fits(read_date, text, form) is not None]
        if self._numbers:
            read = {form: _fits(read_number, text, form) for form in self._numbers}
            self._numbers = [form for form, number in read.items() if number is not None]
            self._numbers_differ |= len({number for number in read.values() if number is not None}) > 1

    @property
    def formats(self) -> list[str]:
        """The forms that fit every cell; several only where they read the cells differently."""
        if not self.filled:
            return []
        if self._dates:
            return self._dates
        return self._numbers if self._numbers_differ else self._numbers[:1]


def _fits(read: Callable[[str, str], str], text: str, form: str) -> str | None:
    try:
        return read(text, form)
    except Unreadable:
        return None
