"""What customers says about who is whom."""

from __future__ import annotations

from uuid import UUID

from services.privacy.repository import identities
from shared.database.transaction import Tx


async def merged(tx: Tx, merge_id: UUID, *, survivor: UUID, absorbed: UUID) -> None:
    """Permits and withdrawals of either id now look at both."""
    await identities.keep_merge(tx, merge_id, survivor=survivor, absorbed=absorbed)


async def merge_undone(tx: Tx, merge_id: UUID, *, survivor: UUID, absorbed: UUID) -> None:
    """Each id stands for itself again, with what was recorded under it."""
    await identities.keep_undoing(tx, merge_id, survivor=survivor, absorbed=absorbed)


async def identifier_retired(tx: Tx, fingerprint: str, generation: int) -> None:
    """Consent named by this identifier is recorded for the new customer."""
    await identities.keep_generation(tx, fingerprint, generation)
