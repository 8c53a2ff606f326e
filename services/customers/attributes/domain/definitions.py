"""Definitions of attributes, and the form in which a value fits one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID
from zoneinfo import available_timezones

Value = str | int | float | bool | list[str] | None
Kind = Literal["person", "firm"]
AttributeType = Literal["text", "integer", "number", "boolean", "date", "choice", "texts", "time_zone", "language"]
AppliesTo = Literal["person", "firm", "both"]

MAX_TEXT = 1_000
MAX_TEXTS = 100
NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
_MOST = 2**53  # beyond this a number in JSON is read differently by different readers


class Unfit(ValueError):
    """A value that its definition does not allow; the text says why."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What an attribute means, why it is collected, and whether it is published to the other services."""

    name: str
    type: AttributeType
    purpose: str
    label: str = ""
    applies_to: AppliesTo = "both"
    allowed: tuple[str, ...] = ()
    personal: bool = True
    segmentable: bool = False
    retention_days: int | None = None
    built_in: bool = False


Definitions = Mapping[str, Definition]


@dataclass(frozen=True, slots=True)
class Refresh:
    """The customers with attribute `name` after `position` are still to be published again."""

    refresh_id: UUID
    name: str
    position: UUID


def fit(definition: Definition, value: Value) -> Value:
    """`value` in the form in which it is kept. Raises Unfit. None always fits: it clears the attribute."""
    if value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        raise Unfit("must be a finite number")
    return _FITS[definition.type](definition, value)


def _text(definition: Definition, value: Value) -> str:
    if not isinstance(value, str):
        raise Unfit("must be text")
    if len(value) > MAX_TEXT or "\x00" in value:
        raise Unfit(f"must be text of at most {MAX_TEXT} characters without NUL")
    return value.strip()


def _integer(definition: Definition, value: Value) -> int:
    number = _number(definition, value)
    if number != int(number):
        raise Unfit("must be a whole number")
    return int(number)


def _number(definition: Definition, value: Value) -> int | float:
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or "e" in value.lower() else int(value)
        except ValueError:
            raise Unfit("must be a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("must be a number")
    if not abs(value) <= _MOST:
        raise Unfit("is too large")
    return value


def _boolean(definition: Definition, value: Value) -> bool:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def _date(definition: Definition, value: Value) -> str:
    text = _text(definition, value)
    try:
        day = datetime.fromisoformat(text).date() if len(text) > 10 else date.fromisoformat(text)
    except ValueError:
        raise Unfit("must be a date as YYYY-MM-DD") from None
    return day.isoformat()


def _choice(definition: Definition, value: Value) -> str:
    wanted = _text(definition, str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    for allowed in definition.allowed:
        if allowed.casefold() == wanted.casefold():
            return allowed
    raise Unfit("must be one of: " + ", ".join(definition.allowed))


def _texts(definition: Definition, value: Value) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_TEXTS:
        raise Unfit(f"must be a list of at most {MAX_TEXTS} texts")
    texts = [_text(definition, text) for text in value]
    if definition.allowed and not set(texts) <= set(definition.allowed):
        raise Unfit("may only hold: " + ", ".join(definition.allowed))
    return texts


def _time_zone(definition: Definition, value: Value) -> str:
    text = _text(definition, value)
    if text not in _zones():
        raise Unfit("must be an IANA time zone such as Europe/Berlin")
    return text


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    # Asked once: it walks the zone files. ZoneInfo(text) itself would open a file of whatever name was sent.
    return frozenset(available_timezones())


def _language(definition: Definition, value: Value) -> str:
    text = _text(definition, value).replace("_", "-")
    if not _LANGUAGE.match(text):
        raise Unfit("must be a language tag such as de or en-GB")
    head, *rest = text.split("-")
    return "-".join([head.lower(), *rest])


_FITS: Mapping[str, Callable[[Definition, Value], Value]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "texts": _texts,
    "time_zone": _time_zone,
    "language": _language,
}
