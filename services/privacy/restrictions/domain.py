"""A change of the restriction of processing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RestrictionChange:
    """Which id was restricted or set free, when, and by which API key."""

    customer_id: UUID
    version: int
    restricted: bool
    changed_at: datetime
    changed_by: str
