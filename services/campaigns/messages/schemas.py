"""Settling a message over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.web.models import StrictModel


class SettleIn(StrictModel):
    """What an operator found out about an unknown message."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "handed_over", "note": "provider-log"}]})

    outcome: Literal["handed_over", "failed"] = Field(description="what became of it, as the provider says")
    note: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(
        None, description="a slug that is kept as the reason, such as provider-log"
    )


class SettledOut(BaseModel):
    """The message with its outcome."""

    id: UUID = Field(description="the message")
    outcome: Literal["handed_over", "failed"] = Field(description="as it was settled")
