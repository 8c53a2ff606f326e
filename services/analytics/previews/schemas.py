"""What HTTP sees of previews."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.analytics.segments.schemas import EXAMPLE, Definition


class PreviewIn(BaseModel):
    """A definition to try out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"definition": EXAMPLE, "sample": 5}]})

    definition: Definition
    sample: int = Field(10, ge=0, le=100, description="members to show")


class PreviewOut(BaseModel):
    """How many customers a definition would hold now. An estimate says so, with the share it was made from."""

    members: int = Field(description="customers it would hold")
    exact: bool = Field(description="false: an estimate, `low` and `high` bound it")
    low: int = Field(description="lower bound (95 %)")
    high: int = Field(description="upper bound (95 %)")
    customers: int = Field(description="customers who are known")
    sample: list[UUID] = Field(description="some of the members")
