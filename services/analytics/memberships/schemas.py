"""What HTTP sees of memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class MemberOut(BaseModel):
    """A member and since when."""

    customer_id: UUID = Field(description="the customer")
    since: datetime = Field(description="since when")


class MembershipOut(BaseModel):
    """A segment that a customer is in."""

    segment_id: UUID = Field(description="the segment")
    name: str = Field(description="its name")
    version: int = Field(description="the version that answers")
    since: datetime = Field(description="since when")


class MoveOut(BaseModel):
    """A customer entered or left. `cause` is an event's id, `time`, or `definition`."""

    id: int = Field(description="a number that grows with each change")
    segment_id: UUID = Field(description="the segment")
    name: str = Field(description="its name now")
    version: int = Field(description="the version that answered")
    change: Literal["entered", "left"] = Field(description="what happened")
    at: datetime = Field(description="the exact instant")
    recorded_at: datetime = Field(description="when it was found and reported")
    cause: str = Field(
        description="an event's id, the id of the fit whose scores did it, `time`, `definition` or `list`"
    )
    origin: str = Field(description="live, or what it came from: history, import, backfill, merge, repair")
