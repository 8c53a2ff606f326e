"""SQL of erasures: who else has an identifier, and what the kernel keeps of a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.customers.stores import Store
from shared.database.transaction import Tx

_LONE_PHONES = """
    select distinct on (i.fingerprint) i.customer_id, i.fingerprint from identifiers i
    where i.customer_id = any(cast(:ids as uuid[])) and i.kind = 'phone'
      and not exists (select from identifiers o where o.fingerprint = i.fingerprint
                      and o.customer_id <> all(cast(:ids as uuid[])))
    order by i.fingerprint, i.customer_id
"""
_HELD_BY_OTHERS = """
    select distinct fingerprint from identifiers
    where fingerprint = any(cast(:fingerprints as text[])) and customer_id <> all(cast(:ids as uuid[]))
"""
# Kept answers to requests in which the person is named.
KERNEL_STORES = (
    Store(
        "idempotency",
        "idempotency where exists (select from unnest(cast(:texts as bytea[])) as t(needle) "
        "where position(needle in body) > 0 or position(needle in convert_to(path, 'UTF8')) > 0)",
    ),
)


async def held_by_others(tx: Tx, fingerprints: Iterable[str], ids: Sequence[UUID]) -> set[str]:
    """Those of `fingerprints` that somebody has who is none of `ids`."""
    wanted = {"fingerprints": sorted(fingerprints), "ids": list(ids)}
    return {row["fingerprint"] for row in await tx.rows(_HELD_BY_OTHERS, wanted)}


async def lone_phones(tx: Tx, ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """(customer, fingerprint) of the phones that nobody else has."""
    rows = await tx.rows(_LONE_PHONES, {"ids": list(ids)})
    return [(row["customer_id"], row["fingerprint"]) for row in rows]
