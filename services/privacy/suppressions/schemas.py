"""Bodies of requests and answers about the suppression list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.privacy.suppressions.domain import Removal, Suppression, SuppressionReason
from shared.contracts.addressing import AddressIn
from shared.contracts.inbound import Strict

Addresses = Annotated[list[AddressIn], Field(min_length=1, max_length=500)]


class SuppressionsIn(Strict):
    """Addresses that must not be written to. Name the customer when it is known, so that the change is published."""

    addresses: Addresses
    reason: Literal["unsubscribed_all", "bounced", "complained", "manual"] = "manual"
    customer_id: UUID | None = None


class RemovalsIn(Strict):
    """Addresses that may be written to again, as far as this reason goes (every reason that the key may lift when
    absent)."""

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

    @classmethod
    def of(cls, entry: Suppression) -> Self:
        """An entry without the address."""
        return cls(reason=entry.reason, since=entry.since, recorded_by=entry.recorded_by)


class RemovalOut(EntryOut):
    """An entry that was taken off the list: when, and by which key."""

    removed_at: datetime
    removed_by: str

    @classmethod
    def of_removal(cls, removal: Removal) -> Self:
        """A removal without the address."""
        entry = removal.entry
        return cls(
            reason=entry.reason,
            since=entry.since,
            recorded_by=entry.recorded_by,
            removed_at=removal.removed_at,
            removed_by=removal.removed_by,
        )


class CheckOut(BaseModel):
    """One address, in the order of the request. The address itself is not repeated."""

    channel: str
    suppressed: bool
    entries: list[EntryOut]
    removals: list[RemovalOut]


class ChecksOut(BaseModel):
    """One answer for each address."""

    items: list[CheckOut]
