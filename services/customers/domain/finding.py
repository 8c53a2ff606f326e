"""What is asked for, and what is answered besides customers themselves: filters, positions, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.domain.claims import Value


@dataclass(frozen=True, slots=True)
class Filters:
    """All of them must hold. `attributes` are equal to the profile's values."""

    status: str | None = None
    kind: str | None = None
    country: str | None = None
    created_since: datetime | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the page before ended."""

    created_at: datetime
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is {name: {"from": …, "to": …}}; `version` is the one the profile has since; `cause` the event, if one."""

    customer_id: UUID
    change_id: UUID
    version: int
    at: datetime
    by: str
    cause: UUID | None
    what: dict[str, Any]
