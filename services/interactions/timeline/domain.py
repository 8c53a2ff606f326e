"""Interactions as they are read, filters, and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Interaction:
    """One recorded interaction, as it is read. Amounts are integer minor units of `currency` (or the base currency)."""

    id: UUID
    customer_id: UUID
    time: datetime
    recorded_at: datetime
    kind: str
    channel: str
    origin: str
    publisher: str
    message_id: str | None
    campaign_id: UUID | None
    currency: str | None
    amount: int | None
    base_amount: int | None
    cause: UUID | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a timeline is wanted; None wants everything. `since` is inclusive, `until` is not."""

    kind: str | None = None
    channel: str | None = None
    campaign_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many interactions of a kind and origin there are; `unvalued` of them lack an amount in the base currency."""

    kind: str
    origin: str
    interactions: int
    unvalued: int
    base_amount: int
