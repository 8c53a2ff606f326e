"""Reads untrusted JSON piece by piece and collects every problem with the place where it is."""

import math
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.instants import DAY, parse_duration, parse_instant
from shared.nearest import nearest

LONGEST_STRING = 200
LONGEST_DURATION = 100 * 366 * DAY


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a definition: where (a JSON pointer), what, and the cure."""

    path: str
    message: str
    cure: str


class InvalidDefinition(ValueError):
    """A definition that cannot be accepted; carries all problems found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.path or '/'}: {p.message} ({p.cure})" for p in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Reader:
    """Takes values out of JSON; what does not fit becomes a problem and None."""

    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)
    leaves: int = 0

    def wrong(self, path: str, message: str, cure: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, message, cure))

    def mapping(
        self, raw: object, path: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """An object with exactly these keys; unknown and missing keys are problems."""
        if not isinstance(raw, Mapping):
            self.wrong(path, f"expected an object, found {name_of(raw)}", f"write an object with {listing(required)}")
            return None
        for key in raw:
            if key not in required and key not in optional:
                self.wrong(
                    f"{path}/{escape(str(key))}",
                    f"unknown key {key!r}",
                    f"remove it; known here: {listing([*required, *optional])}",
                )
        absent = [key for key in required if key not in raw]
        for key in absent:
            self.wrong(path, f"key {key!r} is absent", f"add {key!r}")
        return None if absent else dict(raw)

    def text(self, raw: object, path: str) -> str | None:
        """A non-empty string of bounded length, in Unicode normal form C."""
        if not isinstance(raw, str) or not raw or len(raw) > LONGEST_STRING or not _storable(raw):
            self.wrong(path, f"expected a text, found {name_of(raw)}", f"write 1 to {LONGEST_STRING} characters")
            return None
        return unicodedata.normalize("NFC", raw)

    def choice(self, raw: object, path: str, allowed: Collection[str]) -> str | None:
        """One of a few words."""
        if isinstance(raw, str) and raw in allowed:
            return raw
        self.wrong(path, f"{shown(raw)} is not possible here", offered(raw, allowed))
        return None

    def known(self, raw: object, path: str, what: str, names: Collection[str] | None) -> str | None:
        """A name that the catalogue lists (any name when it lists none)."""
        text = self.text(raw, path)
        if text is None or names is None or text in names:
            return text
        self.wrong(path, f"unknown {what} {text!r}", offered(text, names) if names else f"define the {what} first")
        return None

    def integer(self, raw: object, path: str, low: int = -(2**53), high: int = 2**53) -> int | None:
        """A whole number within bounds."""
        if isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high:
            return raw
        self.wrong(path, f"expected a whole number, found {name_of(raw)}", f"write an integer from {low} to {high}")
        return None

    def number(self, raw: object, path: str) -> int | float | None:
        """A finite number."""
        if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw) and abs(raw) <= 2**53:
            return raw
        self.wrong(path, f"expected a finite number, found {name_of(raw)}", "write a number")
        return None

    def duration(self, raw: object, path: str, lowest: int = 1) -> int | None:
        """An ISO 8601 duration of exact length."""
        found = parse_duration(raw)
        if found is None or not lowest <= found <= LONGEST_DURATION:
            self.wrong(
                path,
                f"{shown(raw)} is not a duration of exact length",
                "write weeks, days, hours, minutes or seconds as in P30D or PT12H; a year is P365D",
            )
            return None
        return found

    def instant(self, raw: object, path: str) -> int | None:
        """An ISO 8601 date (midnight UTC) or datetime."""
        found = parse_instant(raw)
        if found is None:
            self.wrong(path, f"{shown(raw)} is not a date", "write 2024-05-01 or 2024-05-01T10:00:00Z")
        return found

    def items(self, raw: object, path: str, low: int = 1, high: int = 500) -> list[Any] | None:
        """A list of bounded length."""
        if isinstance(raw, list | tuple) and low <= len(raw) <= high:
            return list(raw)
        self.wrong(path, f"expected a list, found {name_of(raw)}", f"write a list of {low} to {high} entries")
        return None


def _storable(text: str) -> bool:
    """PostgreSQL refuses the zero character, and half of a surrogate pair has no UTF-8."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def escape(key: str) -> str:
    """A key as one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def offered(raw: object, names: Collection[str]) -> str:
    """The cure for a word that is not among these: the nearest of them, if one is near, and the first dozen."""
    near = nearest(raw, sorted(names)) if isinstance(raw, str) else None
    return f"did you mean {near!r}? Use one of {listing(names)}" if near else f"use one of {listing(names)}"


def listing(names: Collection[str]) -> str:
    """Names for a message: sorted, at most a dozen."""
    ordered = sorted(names)
    return ", ".join(ordered[:12]) + (" …" if len(ordered) > 12 else "")


def shown(raw: object) -> str:
    """A value for a message, never long."""
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def name_of(raw: object) -> str:
    """What a JSON value is, in the words of JSON."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "a boolean"
    if isinstance(raw, str):
        return f"the text {shown(raw)}"
    if isinstance(raw, int | float):
        return f"the number {shown(raw)}"
    return "an object" if isinstance(raw, Mapping) else "a list"
