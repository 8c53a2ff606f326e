"""SQL of relations."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.customers.relations.domain import Period, Relation, RelationKind
from shared.customers.stores import Store
from shared.database.transaction import Tx

_COLUMNS = "relation_id, customer_id, other_id, kind, since, until, note, stated_at, stated_by"
_ADD = f"""
    insert into relations ({_COLUMNS})
    values (:relation_id, :customer_id, :other_id, :kind, :since, :until, :note, :stated_at, :stated_by)
    on conflict do nothing
"""
_SAVE = "update relations set since = :since, until = :until, note = :note where relation_id = :relation_id"
# Under the ids of today, from both ends; whoever is one customer with the other end by now is not related to them.
_OF_CUSTOMER = """
    select * from (
        select r.relation_id, a.current_id as customer_id, b.current_id as other_id, r.kind, r.since, r.until, r.note,
               r.stated_at, r.stated_by
        from customers me
        join relations r on r.customer_id = me.customer_id or r.other_id = me.customer_id
        join customers a on a.customer_id = r.customer_id
        join customers b on b.customer_id = r.other_id
        where me.current_id = :customer_id and a.current_id <> b.current_id
    ) as seen
    where (cast(:on as date) is null
           or (coalesce(since, '-infinity') <= :on and coalesce(until, 'infinity') >= :on))
      and (cast(:after as uuid) is null or relation_id > :after)
    order by relation_id limit :limit
"""
_SAME = f"""
    select {", ".join(f"r.{name}" for name in _COLUMNS.split(", "))} from relations r
    join customers a on a.customer_id = r.customer_id join customers b on b.customer_id = r.other_id
    where a.current_id = :customer_id and b.current_id = :other_id and r.kind = :kind limit 1
"""
# What an erasure deletes here.
STORES = (
    Store(
        "relations", "relations where customer_id = any(cast(:ids as uuid[])) or other_id = any(cast(:ids as uuid[]))"
    ),
)


async def add_relation(tx: Tx, relation: Relation) -> bool:
    """Keep it; False when somebody was faster."""
    return (await tx.execute(_ADD, _params(relation))).rowcount == 1


async def save_relation(tx: Tx, relation: Relation) -> None:
    """Its days and its note are these from here on."""
    await tx.execute(_SAVE, _params(relation))


async def delete_relation(tx: Tx, relation_id: UUID) -> None:
    """It was never so."""
    await tx.execute("delete from relations where relation_id = :id", {"id": relation_id})


async def relation_of(tx: Tx, relation_id: UUID) -> Relation | None:
    """One relation, locked."""
    row = await tx.row(f"select {_COLUMNS} from relations where relation_id = :id for update", {"id": relation_id})
    return _relation(row) if row else None


async def same_relation(tx: Tx, customer_id: UUID, kind: RelationKind, other_id: UUID) -> Relation | None:
    """The relation of these two, under any of their ids."""
    row = await tx.row(_SAME, {"customer_id": customer_id, "kind": kind, "other_id": other_id})
    return _relation(row) if row else None


async def relations_of(tx: Tx, customer_id: UUID, on: date | None, after: UUID | None, limit: int) -> list[Relation]:
    """Those in which a customer stands at either end, the first stated first; on a day only those that held then."""
    params = {"customer_id": customer_id, "on": on, "after": after, "limit": limit}
    return [_relation(row) for row in await tx.rows(_OF_CUSTOMER, params)]


def _relation(row: RowMapping) -> Relation:
    plain: dict[str, Any] = {name: value for name, value in row.items() if name not in ("since", "until")}
    return Relation(period=Period(row["since"], row["until"]), **plain)


def _params(relation: Relation) -> dict[str, object]:
    names = [name for name in _COLUMNS.split(", ") if name not in ("since", "until")]
    params: dict[str, object] = {name: getattr(relation, name) for name in names}
    return {**params, "since": relation.period.since, "until": relation.period.until}
