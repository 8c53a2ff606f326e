"""Settling a message over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from shared.web.models import StrictModel


class SettleIn(StrictModel):
    """What an operator found out about an unknown message."""

    outcome: Literal["handed_over", "failed"]
    note: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(
        None, description="a slug that is kept as the reason, such as provider-log"
    )


class SettledOut(BaseModel):
    """The message with its outcome."""

    id: UUID
    outcome: Literal["handed_over", "failed"]
