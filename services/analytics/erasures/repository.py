"""Delete everything that is stored of customers, and count what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.customers.merges import count_merges, forget_merges
from shared.database.transaction import Tx


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
    return erased, remaining
