"""SQL of erasures: deleting a person from every store of this database, and counting what is left.

A store is a name and the rows in it that are the person's, as `table where condition`. In a condition `:ids` are the
person's ids; `:texts` are those ids and the person's identifiers as bytes that would be found inside stored requests
and answers. Each capability lists its own (`ERASED` in its repository); here are those of the kernel. Dead letters are
found by the names in them (shared.events.letter_erasure).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

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
KERNEL_STORES = {
    "idempotency": "idempotency where exists (select from unnest(cast(:texts as bytea[])) as t(needle) "
    "where position(needle in body) > 0 or position(needle in convert_to(path, 'UTF8')) > 0)",
}


async def held_by_others(tx: Tx, fingerprints: Iterable[str], ids: Sequence[UUID]) -> set[str]:
    """Those of `fingerprints` that somebody has who is none of `ids`."""
    wanted = {"fingerprints": sorted(fingerprints), "ids": list(ids)}
    return {row["fingerprint"] for row in await tx.rows(_HELD_BY_OTHERS, wanted)}


async def lone_phones(tx: Tx, ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """(customer, fingerprint) of the phones that nobody else has."""
    rows = await tx.rows(_LONE_PHONES, {"ids": list(ids)})
    return [(row["customer_id"], row["fingerprint"]) for row in rows]


async def erase(tx: Tx, stores: Mapping[str, str], ids: Sequence[UUID], texts: Sequence[bytes]) -> dict[str, int]:
    """Delete the person's rows; answers with how many of each store that was. Owned fingerprints are retired before."""
    counts = {}
    for store, rows in stores.items():
        counts[store] = (await tx.execute(f"delete from {rows}", _params(rows, ids, texts))).rowcount
    return counts


async def remaining_rows(
    tx: Tx, stores: Mapping[str, str], ids: Sequence[UUID], texts: Sequence[bytes]
) -> dict[str, int]:
    """How many rows of each store still are that person's."""
    return {
        store: int(await tx.value(f"select count(*) from {rows}", _params(rows, ids, texts)))
        for store, rows in stores.items()
    }


def _params(rows: str, ids: Sequence[UUID], texts: Sequence[bytes]) -> dict[str, object]:
    params: dict[str, object] = {}
    if ":ids" in rows:
        params["ids"] = list(ids)
    if ":texts" in rows:
        params["texts"] = list(texts)
    return params
