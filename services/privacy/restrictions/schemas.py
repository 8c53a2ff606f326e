"""Bodies of the request and the answer about a restriction."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.privacy.restrictions.service import Restriction
from shared.contracts.inbound import Strict


class RestrictionIn(Strict):
    """Whether processing is restricted."""

    restricted: bool


class RestrictionOut(BaseModel):
    """The restriction as it now stands, and whether that is new."""

    customer_id: UUID
    restricted: bool
    changed: bool


class RestrictionChangeOut(BaseModel):
    """A change: under which id, when, and by which API key."""

    customer_id: UUID
    restricted: bool
    changed_at: datetime
    changed_by: str


class RestrictionShownOut(BaseModel):
    """The restriction as it stands over all ids, and how that came, newest first."""

    customer_id: UUID
    restricted: bool
    changes: list[RestrictionChangeOut]

    @classmethod
    def of(cls, customer_id: UUID, restriction: Restriction) -> Self:
        """What is known about a customer's restriction."""
        return cls(
            customer_id=customer_id,
            restricted=restriction.restricted,
            changes=[
                RestrictionChangeOut(
                    customer_id=change.customer_id,
                    restricted=change.restricted,
                    changed_at=change.changed_at,
                    changed_by=change.changed_by,
                )
                for change in restriction.changes
            ],
        )
