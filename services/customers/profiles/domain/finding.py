"""What a list of customers is asked for: filters, and where the page before ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.definitions import Value


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
