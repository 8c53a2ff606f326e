"""What HTTP sees of explanations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class ReasonOut(BaseModel):
    """A node of the definition: does it hold, what was found, when may time alone change it?"""

    condition: dict[str, Any]
    holds: bool
    found: Any
    changes_at: datetime | None
    decides: bool = Field(description="without this node the answer could be another")
    children: list[ReasonOut]


class ExplanationOut(BaseModel):
    """Why a customer is in a segment, or is not."""

    segment_id: UUID
    customer_id: UUID
    version: int
    inside: bool
    at: datetime
    changes_at: datetime | None = Field(description="when time alone will change the answer; null when it will not")
    reason: ReasonOut
