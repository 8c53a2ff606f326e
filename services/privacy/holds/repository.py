"""Read and write legal holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import text

from services.privacy.holds.domain import Hold
from shared.database.transaction import Tx

_COLUMNS = "hold_id, customer_id, reason, until, placed_at, placed_by, lifted_at, lifted_by"
_ADD = text(f"""
    insert into holds ({_COLUMNS})
    values (:hold_id, :customer_id, :reason, :until, :placed_at, :placed_by, :lifted_at, :lifted_by)
""")
_LOCK = text(f"select {_COLUMNS} from holds where hold_id = :hold_id for update")
_LIFT = text("update holds set lifted_at = :now, lifted_by = :by where hold_id = :hold_id")
_OF = text(f"select {_COLUMNS} from holds where customer_id = any(cast(:ids as uuid[])) order by placed_at, hold_id")
_PAGE = text(f"""
    select {_COLUMNS} from holds
    where (cast(:before as uuid) is null or hold_id < :before)
      and (cast(:ids as uuid[]) is null or customer_id = any(cast(:ids as uuid[])))
      and (not :standing or (lifted_at is null and until > :now))
    order by hold_id desc limit :limit
""")


async def add(tx: Tx, hold: Hold) -> None:
    """The hold is kept."""
    await tx.execute(_ADD, asdict(hold))


async def lock(tx: Tx, hold_id: UUID) -> Hold | None:
    """The hold, locked until the commit."""
    row = await tx.row(_LOCK, {"hold_id": hold_id})
    return None if row is None else Hold(**row)


async def lift(tx: Tx, hold_id: UUID, by: str) -> None:
    """It holds no more from now on."""
    await tx.execute(_LIFT, {"hold_id": hold_id, "now": tx.now, "by": by})


async def of(tx: Tx, customer_ids: Iterable[UUID]) -> list[Hold]:
    """All holds over these ids, the oldest first."""
    return [Hold(**row) for row in await tx.rows(_OF, {"ids": sorted(set(customer_ids))})]


async def page(
    tx: Tx, *, before: UUID | None, customer_ids: Iterable[UUID] | None, standing: bool, limit: int
) -> list[Hold]:
    """Holds, newest first."""
    ids = None if customer_ids is None else sorted(set(customer_ids))
    wanted = {"before": before, "ids": ids, "standing": standing, "now": tx.now, "limit": limit}
    return [Hold(**row) for row in await tx.rows(_PAGE, wanted)]
