"""Interactions and counts as HTTP shows them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.interactions.timeline.domain import Count, Interaction


class InteractionOut(BaseModel):
    """One interaction. Amounts are integer minor units; `detail` holds what is particular to the kind."""

    id: UUID
    customer_id: UUID = Field(description="the id under which it was recorded; an alias after a merge")
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
    base_amount: int | None = Field(description="in the base currency; null when no rate was known")
    cause: UUID | None = Field(description="the event of another service that led to it")
    detail: dict[str, Any]

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        """From the domain's object."""
        return cls(**asdict(interaction))


class CountOut(BaseModel):
    """Interactions of one kind and origin."""

    kind: str
    origin: str
    interactions: int
    unvalued: int = Field(description="baskets without an amount in the base currency")
    base_amount: int

    @classmethod
    def of(cls, count: Count) -> Self:
        """From the domain's object."""
        return cls(**asdict(count))


class StatsOut(BaseModel):
    """Counts of a period."""

    since: datetime
    until: datetime
    interactions: int
    counts: list[CountOut]
