"""Delete everything that is stored of customers, and count what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.customers.merges import count_merges, forget_merges
from shared.database.transaction import Tx

_BLANK_LETTERS = text("""
    update dead_letters
    set key = null, value = null, repaired = null, headers = '[]', error = 'erased', state = 'discarded',
        note = 'erased'
    where key = any(cast(:keys as bytea[]))
""")
_LETTERS = text("select count(*) from dead_letters where key = any(cast(:keys as bytea[]))")


async def erase(tx: Tx, stores: Sequence[str], customer_ids: Sequence[UUID]) -> tuple[dict[str, int], dict[str, int]]:
    """Delete everything of these customers; how many rows went, store by store, and how many are still found."""
    ids = {"ids": list(customer_ids)}
    erased: dict[str, int] = {}
    remaining: dict[str, int] = {}
    for store in stores:
        deleted: Any = await tx.execute(f"delete from {store} where customer_id = any(cast(:ids as uuid[]))", ids)
        erased[store] = deleted.rowcount
        remaining[store] = int(
            await tx.value(f"select count(*) from {store} where customer_id = any(cast(:ids as uuid[]))", ids)
        )
    erased["merges"] = await forget_merges(tx, customer_ids)
    remaining["merges"] = await count_merges(tx, customer_ids)
    keys = {"keys": [str(id).encode() for id in customer_ids]}
    erased["dead_letters"] = (await tx.execute(_BLANK_LETTERS, keys)).rowcount
    remaining["dead_letters"] = int(await tx.value(_LETTERS, keys))
    return erased, remaining
