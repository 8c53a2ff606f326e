"""SQL of taking an import back: whom it touched, and what goes with those whom nobody else knew."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.customers.imports.domain.undoing import FirstChange
from shared.customers.stores import deleted
from shared.database.transaction import Tx

_ADD = """
    insert into import_customers (import_id, customer_id)
    select :import_id, customer_id from unnest(cast(:ids as uuid[])) as t(customer_id)
    on conflict do nothing
"""
_NEXT = """
    select customer_id from import_customers
    where import_id = :import_id and (cast(:after as uuid) is null or customer_id > :after)
    order by customer_id limit :limit
"""
_EVER_MERGED = """
    select customer_id from merges where customer_id = any(cast(:ids as uuid[]))
    union select absorbed from merges where absorbed = any(cast(:ids as uuid[]))
"""
# Nobody's word is what taking another import back has changed, and what an import had said that was taken back.
_FIRST_CHANGES = """
    select distinct on (customer_id) customer_id, at, by from changes
    where customer_id = any(cast(:ids as uuid[])) and by <> :by and (cause is null or not exists (
        select from imports i where i.import_id = cause
           and (by <> 'import:' || i.import_id or i.state in ('undoing', 'undone'))))
    order by customer_id, change_id
"""
# What an erasure deletes here.
STORES = deleted("import_customers")


async def add_touched(tx: Tx, import_id: UUID, ids: Sequence[UUID]) -> None:
    """Keep that this import has stated something of these."""
    wanted = sorted(set(ids))
    rows = [(import_id, customer_id) for customer_id in wanted]
    if wanted and not await tx.copy_new("import_customers", ("import_id", "customer_id"), rows):
        await tx.execute(_ADD, {"import_id": import_id, "ids": wanted})


async def touched_after(tx: Tx, import_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """The next of those, in the order of their ids."""
    params = {"import_id": import_id, "after": after, "limit": limit}
    return [row["customer_id"] for row in await tx.rows(_NEXT, params)]


async def forget_touched(tx: Tx, import_id: UUID) -> None:
    """It is taken back: whom it touched is of no more use."""
    await tx.execute("delete from import_customers where import_id = :id", {"id": import_id})


async def ever_merged(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` of whom a merge was made, undone or not: somebody has decided about them."""
    return {row["customer_id"] for row in await tx.rows(_EVER_MERGED, {"ids": list(ids)})}


async def first_changes(tx: Tx, ids: Sequence[UUID], by: str) -> dict[UUID, FirstChange]:
    """Who but `by` changed each of these first."""
    rows = await tx.rows(_FIRST_CHANGES, {"ids": list(ids), "by": by})
    return {row["customer_id"]: FirstChange(row["at"], row["by"]) for row in rows}
