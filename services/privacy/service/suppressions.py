"""Suppression: keep addresses from being written to, by hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.privacy.domain.suppression import SuppressionReason
from services.privacy.repository import permits, suppressions
from services.privacy.repository.suppressions import Address, Suppression
from shared.contracts.privacy import SuppressionChanged
from shared.database.transaction import Tx


async def suppress(
    tx: Tx,
    addresses: Sequence[Address],
    reason: SuppressionReason,
    recorded_by: str,
    *,
    customer_id: UUID | None = None,
    since: datetime | None = None,
) -> list[Address]:
    """These addresses have this reason on the list; it is said for the customers whose addresses they are known to be.

    Returns those that did not have it yet.
    """
    await suppressions.lock(tx, addresses)
    added = await suppressions.add(tx, addresses, reason, recorded_by, since or tx.now)
    await _say(tx, added, reason.value, active=True, customer_id=customer_id)
    return added


async def lift(
    tx: Tx, addresses: Sequence[Address], reason: SuppressionReason | None, *, customer_id: UUID | None = None
) -> list[Address]:
    """These addresses are off the list, for one reason or for all. Returns those that were on it."""
    await suppressions.lock(tx, addresses)
    removed = await suppressions.remove(tx, addresses, reason)
    left = {entry.address for entry in await suppressions.read(tx, removed)}
    freed = [one for one in sorted(set(removed)) if one not in left]
    await _say(tx, freed, reason.value if reason else "lifted", active=False, customer_id=customer_id)
    return removed


async def suppressed(tx: Tx, addresses: Iterable[Address]) -> list[Suppression]:
    """Every entry of the list for these addresses."""
    return await suppressions.read(tx, addresses)


async def _say(tx: Tx, addresses: Sequence[Address], reason: str, *, active: bool, customer_id: UUID | None) -> None:
    told: set[tuple[UUID, str]] = set()
    for fingerprint, channel in addresses:
        owners = [customer_id] if customer_id else await permits.owners(tx, fingerprint, [channel])
        told.update((owner, channel) for owner in owners)
    for owner, channel in sorted(told):
        tx.publish(SuppressionChanged(channel=channel, active=active, reason=reason), subject=owner)
