"""What HTTP sees of previews."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Definition = Annotated[dict[str, Any], Field(description="a tree of all, any and not over leaves", examples=[
    {"all": [{"attr": "sex", "op": "eq", "value": "male"},
             {"event": "purchase", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 2}]}
])]  # fmt: skip


class PreviewIn(BaseModel):
    """A definition to try out."""

    model_config = ConfigDict(extra="forbid")

    definition: Definition
    sample: int = Field(10, ge=0, le=100, description="members to show")


class PreviewOut(BaseModel):
    """How many customers a definition would hold now. An estimate says so, with the share it was made from."""

    members: int
    exact: bool
    low: int
    high: int
    customers: int
    sample: list[UUID]
