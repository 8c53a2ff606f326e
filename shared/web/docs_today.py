"""The OpenAPI document as it is shown here and now: with the installation's business time, in which its examples lie.

An event of the future is refused, and one of long ago is history. A demo's clock may stand in another year: the
examples in the code are written for one fixed moment, and are moved with the clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

# The moment at which the examples in the code were written down; what they tell of happened minutes before.
WRITTEN_AT = datetime(2026, 5, 1, 12, 5, tzinfo=UTC)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SHOWN = frozenset({"example", "examples"})


def as_of(document: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The document with `now` told in its description, and its examples moved to it."""
    moved: dict[str, Any] = _moved(document, now.replace(microsecond=0) - WRITTEN_AT, shown=False)
    info = moved["info"]
    told = f"Business time here is {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}; the examples lie minutes before."
    moved["info"] = {**info, "description": f"{info.get('description', '')}\n\n{told}".strip()}
    return moved


def _moved(value: Any, by: timedelta, *, shown: bool) -> Any:
    if isinstance(value, dict):
        return {name: _moved(inner, by, shown=shown or name in _SHOWN) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, by, shown=shown) for inner in value]
    if shown and isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return f"{datetime.fromisoformat(value) + by:%Y-%m-%dT%H:%M:%SZ}"
        except OverflowError:
            return value
    return value
