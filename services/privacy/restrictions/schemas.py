"""Bodies of the request and the answer about a restriction."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from shared.contracts.inbound import Strict


class RestrictionIn(Strict):
    """Whether processing is restricted."""

    restricted: bool


class RestrictionOut(BaseModel):
    """The restriction as it now stands, and whether that is new."""

    customer_id: UUID
    restricted: bool
    changed: bool
