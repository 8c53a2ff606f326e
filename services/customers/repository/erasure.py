"""Erasing a person from every store of this database, and looking again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.database.transaction import Tx

_TOMBSTONES = """
    insert into tombstones (customer_id, request_id, at)
    select unnest(cast(:ids as uuid[])), :request_id, :at on conflict do nothing
"""
_LONE_PHONES = """
    select distinct on (i.fingerprint) i.customer_id, i.fingerprint from identifiers i
    where i.customer_id = any(cast(:ids as uuid[])) and i.kind = 'phone'
      and not exists (select from identifiers o where o.fingerprint = i.fingerprint
                      and o.customer_id <> all(cast(:ids as uuid[])))
    order by i.fingerprint, i.customer_id
"""
# For each store what of it belongs to a person: `ids` are its ids, `texts` those ids and its identifiers as bytes that
# would be found inside stored requests, answers and dead letters.
_STORES = {
    "customers": "customers where customer_id = any(cast(:ids as uuid[]))",
    "identifiers": "identifiers where customer_id = any(cast(:ids as uuid[]))",
    "identifier_owners": "identifier_owners where customer_id = any(cast(:ids as uuid[]))",
    "changes": "changes where customer_id = any(cast(:ids as uuid[]))",
    "link_candidates": "link_candidates where customer_id = any(cast(:ids as uuid[])) "
    "or owner_id = any(cast(:ids as uuid[]))",
    "merges": "merges where customer_id = any(cast(:ids as uuid[])) or absorbed = any(cast(:ids as uuid[]))",
    "dead_letters": "dead_letters where exists (select from unnest(cast(:texts as bytea[])) as t(needle) "
    "where position(needle in coalesce(key, '')) > 0 or position(needle in coalesce(value, '')) > 0 "
    "or position(needle in coalesce(repaired, '')) > 0)",
    "idempotency": "idempotency where exists (select from unnest(cast(:texts as bytea[])) as t(needle) "
    "where position(needle in body) > 0 or position(needle in convert_to(path, 'UTF8')) > 0)",
}


async def lone_phones(tx: Tx, ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """(customer, fingerprint) of the phones that nobody else has."""
    rows = await tx.rows(_LONE_PHONES, {"ids": list(ids)})
    return [(row["customer_id"], row["fingerprint"]) for row in rows]


async def add_tombstones(tx: Tx, ids: Sequence[UUID], request_id: UUID, at: datetime) -> None:
    """From here on nothing under these ids is kept."""
    await tx.execute(_TOMBSTONES, {"ids": list(ids), "request_id": request_id, "at": at})


async def erase(tx: Tx, ids: Sequence[UUID], texts: Sequence[bytes]) -> dict[str, int]:
    """Delete it all; answers with how many rows of each store that was. Owned fingerprints are retired before."""
    counts = {}
    for store, which in _STORES.items():
        counts[store] = (await tx.execute(f"delete from {which}", _params(which, ids, texts))).rowcount
    return counts


async def look_again(tx: Tx, ids: Sequence[UUID], texts: Sequence[bytes]) -> dict[str, int]:
    """How many rows of each store still are that person's."""
    return {
        store: int(await tx.value(f"select count(*) from {which}", _params(which, ids, texts)))
        for store, which in _STORES.items()
    }


def _params(which: str, ids: Sequence[UUID], texts: Sequence[bytes]) -> dict[str, object]:
    params: dict[str, object] = {}
    if ":ids" in which:
        params["ids"] = list(ids)
    if ":texts" in which:
        params["texts"] = list(texts)
    return params
