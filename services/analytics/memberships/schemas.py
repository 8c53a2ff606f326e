"""What HTTP sees of memberships."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel


class MemberOut(BaseModel):
    """A member and since when."""

    customer_id: UUID
    since: datetime


class MembershipOut(BaseModel):
    """A segment that a customer is in."""

    segment_id: UUID
    name: str
    version: int
    since: datetime


class MoveOut(BaseModel):
    """A customer entered or left. `cause` is an event's id, `time`, or `definition`."""

    id: int
    segment_id: UUID
    name: str
    version: int
    change: Literal["entered", "left"]
    at: datetime
    recorded_at: datetime
    cause: str
    origin: str
