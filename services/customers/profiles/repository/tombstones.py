"""SQL of tombstones: ids whose data were erased, under which nothing is kept again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.database.transaction import Tx

_TOMBSTONED = "select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))"
_ADD = """
    insert into tombstones (customer_id, request_id, at)
    select unnest(cast(:ids as uuid[])), :request_id, :at on conflict do nothing
"""


async def tombstoned(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` whose data were erased."""
    rows = await tx.rows(_TOMBSTONED, {"ids": list(ids)})
    return {row["customer_id"] for row in rows}


async def add_tombstones(tx: Tx, ids: Sequence[UUID], request_id: UUID, at: datetime) -> None:
    """From here on nothing under these ids is kept."""
    await tx.execute(_ADD, {"ids": list(ids), "request_id": request_id, "at": at})
