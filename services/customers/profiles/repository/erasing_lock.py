"""The lock between erasures and what puts customers into files."""

from __future__ import annotations

from sqlalchemy import text

from shared.database.transaction import Tx

_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('files with customers', 0))")
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('files with customers', 0))")


async def lock_against_erasures(tx: Tx) -> None:
    """Nobody is erased until the commit: who is read now may be put into a file, and is found there by the erasure."""
    await tx.execute(_SHARED)


async def lock_for_erasure(tx: Tx) -> None:
    """Whoever puts customers into files has committed, or begins when the erasure has. To be taken before any customer
    is locked."""
    await tx.execute(_ALONE)
