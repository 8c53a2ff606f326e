"""SQL of identity: names resolved at once, and the lock between recordings and erasures."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from shared.customers.owners import Owner
from shared.database.transaction import Tx

# Any number of recordings, or one erasure: an erasure must not miss rows that a batch is about to commit.
_LOCK_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('erasure', 0))")
_LOCK_ALONE = text("select pg_advisory_xact_lock(hashtextextended('erasure', 0))")
# Whose each of these is, and the generation at which it derives somebody when it is nobody's: both at once.
_KNOWN = text("""
    select n.fingerprint, o.kind, o.customer_id, o.generation, o.trust, g.generation as retired
    from unnest(cast(:fingerprints as text[])) as n(fingerprint)
    left join identifier_owners o on o.fingerprint = n.fingerprint and o.customer_id is not null
    left join generations g on g.fingerprint = n.fingerprint
    where o.fingerprint is not null or g.fingerprint is not null
""")


async def lock_against_erasures(tx: Tx) -> None:
    """Wait for an erasure that is under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_SHARED)


async def lock_for_erasure(tx: Tx) -> None:
    """Wait for recordings that are under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_ALONE)


async def owners_and_generations(tx: Tx, fingerprints: Iterable[str]) -> tuple[dict[str, Owner], dict[str, int]]:
    """Who owns each of these fingerprints, and the generation of each that was retired, by one statement."""
    wanted = sorted(set(fingerprints))
    if not wanted:
        return {}, {}
    rows = await tx.rows(_KNOWN, {"fingerprints": wanted})
    owners = {
        row["fingerprint"]: Owner(row["fingerprint"], row["kind"], row["customer_id"], row["generation"], row["trust"])
        for row in rows
        if row["customer_id"] is not None
    }
    return owners, {row["fingerprint"]: row["retired"] for row in rows if row["retired"] is not None}
