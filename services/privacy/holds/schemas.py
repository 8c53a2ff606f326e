"""Bodies of requests and answers about legal holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.holds.domain import Hold
from shared.contracts.inbound import Strict
from shared.contracts.times import Instant


class HoldIn(Strict):
    """A customer whose data must be kept, why, and until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01",
                    "reason": "claim about order 4711",
                    "until": "2100-01-01T00:00:00Z",
                }
            ]
        }
    )

    customer_id: UUID = Field(description="whose data must be kept")
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")] = Field(
        description="why; emptied when the customer is erased"
    )
    until: Instant = Field(description="when the hold ends by itself")


class HoldOut(BaseModel):
    """A hold as it stands."""

    hold_id: UUID = Field(description="the hold")
    customer_id: UUID = Field(description="whose data must be kept")
    reason: str = Field(description="why")
    until: datetime = Field(description="when it ends by itself")
    stands: bool = Field(description="nothing is erased yet")
    placed_at: datetime = Field(description="since when")
    placed_by: str = Field(description="the API key that placed it")
    lifted_at: datetime | None = Field(description="when it was lifted before its end")
    lifted_by: str | None = Field(description="the API key that lifted it")

    @classmethod
    def of(cls, hold: Hold, now: datetime) -> Self:
        """A hold at `now`."""
        return cls(
            hold_id=hold.hold_id,
            customer_id=hold.customer_id,
            reason=hold.reason,
            until=hold.until,
            stands=hold.stands(now),
            placed_at=hold.placed_at,
            placed_by=hold.placed_by,
            lifted_at=hold.lifted_at,
            lifted_by=hold.lifted_by,
        )
