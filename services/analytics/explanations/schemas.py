"""What HTTP sees of explanations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class ReasonOut(BaseModel):
    """A node of the definition: does it hold, what was found, when may time alone change it?"""

    condition: dict[str, Any] = Field(description="the leaf, or how many branches `all`, `any`, `not` have")
    holds: bool = Field(description="whether it holds")
    found: Any = Field(description="what was found: a count, a sum, a value")
    changes_at: datetime | None = Field(description="when time alone may change it; null when it will not")
    decides: bool = Field(description="without this node the answer could be another")
    children: list[ReasonOut] = Field(description="the branches")


class ExplanationOut(BaseModel):
    """Why a customer is in a segment, or is not."""

    segment_id: UUID = Field(description="the segment")
    customer_id: UUID = Field(description="the customer")
    version: int = Field(description="the version that answers")
    inside: bool = Field(description="whether the customer is in it")
    at: datetime = Field(description="as of when")
    changes_at: datetime | None = Field(description="when time alone will change the answer; null when it will not")
    reason: ReasonOut = Field(description="the definition, node by node")
