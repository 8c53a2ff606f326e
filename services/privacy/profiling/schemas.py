"""Bodies of requests and answers about objections to profiling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.privacy.profiling.domain import Objection
from shared.contracts.inbound import Strict


class ProfilingIn(Strict):
    """Whether the customer objects to being scored and segmented, and how they said so."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"objects": True, "how": "by letter of 4 May"}]})

    objects: bool = Field(description="false lifts the objection")
    how: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")] = Field(
        description="how the customer said so, or in which words; kept as the proof"
    )


class ProfilingOut(BaseModel):
    """The objection as it stands over all ids."""

    customer_id: UUID = Field(description="the customer asked for")
    objects: bool = Field(description="is scored and segmented no more")
    since: datetime | None = Field(description="when the customer objected first")
    changed: bool = Field(False, description="whether this call changed it")

    @classmethod
    def of(cls, customer_id: UUID, objection: Objection, *, changed: bool = False) -> Self:
        """What is known about a customer's objection."""
        return cls(customer_id=customer_id, objects=objection.objects, since=objection.since, changed=changed)
