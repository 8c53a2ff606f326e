"""What all made-up answers share: a moment, ids that stay the same, and lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

AT = "2026-05-04T09:30:00Z"
ID = "00000000-0000-7000-8000-000000000001"


def an_id(number: int) -> str:
    """The same for the same number."""
    return str(UUID(int=(7 << 76) | (8 << 60) | number))


# Imports at the different steps of their way.
UPLOADED, RUNNING, DONE = an_id(2), an_id(3), an_id(4)
# A request of a data subject whose archive waits.
READY = an_id(5)


def rows(make: Callable[[int], dict[str, Any]], count: int = 3) -> dict[str, Any]:
    """One page of a list, with another after it when it is long."""
    return {"items": [make(number) for number in range(count)], "next": "more" if count > 100 else None}
