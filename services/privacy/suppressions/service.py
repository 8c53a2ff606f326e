"""Keep addresses from being written to, by hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.privacy.identity.domain import Address, NamedAddress
from services.privacy.permits import repository as permits
from services.privacy.suppressions import repository
from services.privacy.suppressions.domain import PROTECTED, Removal, Suppression, SuppressionReason
from services.privacy.suppressions.errors import ProtectedReason
from shared.contracts.privacy import SuppressionChanged
from shared.database.transaction import Tx

# The scope that a key needs to take protected reasons off the list.
LIFTING_SCOPE = "privacy:admin"


async def suppress(
    tx: Tx,
    addresses: Sequence[Address],
    reason: SuppressionReason,
    recorded_by: str,
    *,
    customer_id: UUID | None = None,
    since: datetime | None = None,
) -> list[Address]:
    """These addresses have this reason on the list; `suppression_changed` is emitted for the customers whose addresses
    they are known to be.

    Returns those that did not have it yet.
    """
    added = await suppress_silently(tx, addresses, reason, recorded_by, since=since)
    await _emit(tx, added, reason.value, active=True, customer_id=customer_id)
    return added


async def suppress_silently(
    tx: Tx,
    addresses: Sequence[Address],
    reason: SuppressionReason,
    recorded_by: str,
    *,
    since: datetime | None = None,
) -> list[Address]:
    """`suppress` without an event, for when another event says more."""
    if not addresses:
        return []
    await repository.lock(tx, addresses)
    return await repository.add(tx, addresses, reason, recorded_by, since or tx.now)


async def lift(
    tx: Tx,
    addresses: Sequence[tuple[NamedAddress, str]],
    reason: SuppressionReason | None,
    removed_by: str,
    *,
    protected_too: bool,
    customer_id: UUID | None = None,
) -> list[Address]:
    """These addresses, each on a channel, are off the list, for one reason or for all; who took them off is kept.
    Returns those that were on it.

    What a person did or asked (`erased`, `complained`) stays on it unless `protected_too`. Raises ProtectedReason when
    such a reason is asked for by name.
    """
    if reason in PROTECTED and not protected_too:
        raise ProtectedReason(
            f"A suppression as {reason} ends only by a key that has {LIFTING_SCOPE}.",
            cure=f"Use a key that has {LIFTING_SCOPE}.",
            where="/reason",
            scope=LIFTING_SCOPE,
        )
    reasons = [reason] if reason else [known for known in SuppressionReason if protected_too or known not in PROTECTED]
    today = [address.on(channel) for address, channel in addresses]
    formerly = [former for address, channel in addresses for former in address.formerly_on(channel)]
    await repository.lock(tx, [*today, *formerly])
    removed = await repository.remove(tx, today, reasons, removed_by)
    removed += await repository.remove(tx, formerly, reasons, removed_by, former_only=True)
    still_listed = {entry.address for entry in await repository.read(tx, removed)}
    freed = [address for address in sorted(set(removed)) if address not in still_listed]
    await _emit(tx, freed, reason.value if reason else "lifted", active=False, customer_id=customer_id)
    return removed


async def find_suppressions(tx: Tx, addresses: Iterable[Address]) -> list[Suppression]:
    """Every entry of the list for these addresses."""
    return await repository.read(tx, addresses)


async def find_removals(tx: Tx, addresses: Iterable[Address]) -> list[Removal]:
    """Every entry that was taken off the list for these addresses."""
    return await repository.removals(tx, addresses)


async def _emit(tx: Tx, addresses: Sequence[Address], reason: str, *, active: bool, customer_id: UUID | None) -> None:
    if customer_id is not None:
        concerned = {(customer_id, hashed, channel) for hashed, channel in addresses}
    else:
        owners = await permits.owners(tx, addresses) if addresses else {}
        concerned = {(owner, hashed, channel) for (hashed, channel), found in owners.items() for owner in found}
    for owner, hashed, channel in sorted(concerned):
        changed = SuppressionChanged(channel=channel, active=active, reason=reason, fingerprint=hashed)
        tx.publish(changed, subject=owner)
