"""Values of jsonb columns, as the driver takes and gives them in statements that are text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson


def to_jsonb(value: Any) -> str:
    """For `cast(:x as jsonb)`: the driver takes text."""
    return orjson.dumps(value, default=_drivers_own).decode()


def from_jsonb(value: Any) -> Any:
    """What a jsonb column holds: the driver hands out text where the statement names no type."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _drivers_own(value: Any) -> str:
    """The driver's UUID is a subclass, which orjson does not take for one."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
