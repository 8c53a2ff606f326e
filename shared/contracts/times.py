"""Times as publishers, callers and services write them: RFC 3339, never a number and never a guess.

A plain `datetime` also takes the digits of a text for seconds or milliseconds since 1970: "20170501" was a day of
August 1970, and "0" its beginning.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*", re.DOTALL)
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LENIENT: TypeAdapter[datetime] = TypeAdapter(datetime)


def read_instant(value: Any) -> Any:
    """The moment that a text spells; what is one already stays. Whether it has an offset is looked at later."""
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return _LENIENT.validate_python(value)
    except ValidationError:
        pass
    raise PydanticCustomError("instant", "must be a time as 2026-05-01T12:00:00Z")


def read_day(value: Any) -> Any:
    """The date that a text spells."""
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "must be a date as 2026-05-01")


def read_clock(value: Any) -> Any:
    """The time of day that a text spells."""
    if isinstance(value, time):
        return value
    try:
        if isinstance(value, str) and _CLOCK.fullmatch(value):
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("clock", "must be a time of day as 09:30")


Instant = Annotated[AwareDatetime, BeforeValidator(read_instant)]
Day = Annotated[date, BeforeValidator(read_day)]
ClockTime = Annotated[time, BeforeValidator(read_clock)]
