"""Bodies of requests and answers about the suppression list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.privacy.suppressions.domain import SuppressionReason
from shared.contracts.addressing import AddressIn
from shared.contracts.inbound import Strict

Addresses = Annotated[list[AddressIn], Field(min_length=1, max_length=500)]


class SuppressionsIn(Strict):
    """Addresses that must not be written to. Name the customer when it is known, so that the change is published."""

    addresses: Addresses
    reason: Literal["unsubscribed_all", "bounced", "complained", "manual"] = "manual"
    customer_id: UUID | None = None


class RemovalsIn(Strict):
    """Addresses that may be written to again, as far as this reason goes (every reason when absent)."""

    addresses: Addresses
    reason: SuppressionReason | None = None
    customer_id: UUID | None = None


class ChecksIn(Strict):
    """Addresses to look up."""

    addresses: Addresses


class ChangedOut(BaseModel):
    """How many entries were added or taken off; asking again changes nothing."""

    changed: int


class EntryOut(BaseModel):
    """Why an address is on the list."""

    reason: SuppressionReason
    since: datetime
    recorded_by: str


class CheckOut(BaseModel):
    """One address, in the order of the request. The address itself is not repeated."""

    channel: str
    suppressed: bool
    entries: list[EntryOut]


class ChecksOut(BaseModel):
    """One answer for each address."""

    items: list[CheckOut]
