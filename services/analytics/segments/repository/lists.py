"""Static lists and their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.customers.stores import deleted
from shared.database.transaction import Tx

# Made by a migration, filled by service cases: `{"list": …}` of it is true for whoever has an open complaint.
OPEN_COMPLAINT = UUID("c0000000-0000-8000-8000-000000000001")
STORES = deleted("list_members", "complaints")
"""The tables that hold a customer's data here."""

_CREATE = text("""
    insert into lists (list_id, name, description, created_at, created_by)
    values (:id, :name, :description, :now, :by)
""")
_ADD = text("""
    insert into list_members (customer_id, list_id, added_at, expires_at)
    select c, :list, :now, cast(:expires_at as timestamptz) from unnest(cast(:ids as uuid[])) as t(c) order by c
    on conflict (customer_id, list_id) do update set expires_at = excluded.expires_at
    where list_members.expires_at is distinct from excluded.expires_at
    returning customer_id
""")
_REMOVE = text("""
    delete from list_members where list_id = :list and customer_id = any(cast(:ids as uuid[])) returning customer_id
""")
_PAGE = text("""
    select l.list_id, l.name, l.description, l.created_at, l.created_by,
           (select count(*) from list_members m where m.list_id = l.list_id) as members
    from lists l where cast(:after as uuid) is null or l.list_id > :after order by l.list_id limit :limit
""")
_GET = text("""
    select l.list_id, l.name, l.description, l.created_at, l.created_by,
           (select count(*) from list_members m where m.list_id = l.list_id) as members
    from lists l where l.list_id = :id
""")
_MEMBERS = text("""
    select customer_id, added_at, expires_at from list_members
    where list_id = :list and (cast(:after as uuid) is null or customer_id > :after)
    order by customer_id limit :limit
""")
_KEEP = text("""
    insert into lists (list_id, name, description, created_at, created_by)
    values (:id, 'Open complaint', 'Customers with a complaint that is not solved; kept by the service cases', :now,
            'analytics')
    on conflict (list_id) do nothing
""")
_COMPLAINTS = text("""
    insert into complaints as c (case_id, customer_id, active, version)
    select * from unnest(cast(:cases as uuid[]), cast(:customers as uuid[]), cast(:flags as boolean[]),
                         cast(:versions as bigint[]))
    on conflict (case_id) do update
    set customer_id = excluded.customer_id, active = excluded.active, version = excluded.version
    where c.version < excluded.version
""")
_LISTS_OF = text("""
    select customer_id, list_id, expires_at from list_members where customer_id = any(cast(:ids as uuid[]))
    order by expires_at nulls last
""")


async def ids(tx: Tx) -> set[UUID]:
    """Every list there is."""
    return {row["list_id"] for row in await tx.rows("select list_id from lists")}


async def name_taken(tx: Tx, name: str, id: UUID) -> bool:
    """Whether another list has this name."""
    found = await tx.value(
        "select 1 from lists where lower(name) = lower(:name) and list_id <> :id", {"name": name, "id": id}
    )
    return found is not None


async def create(tx: Tx, id: UUID, name: str, description: str | None, by: str) -> None:
    """A list without members."""
    await tx.execute(_CREATE, {"id": id, "name": name, "description": description, "now": tx.now, "by": by})


async def rename(tx: Tx, id: UUID, name: str, description: str | None) -> None:
    """Name and description."""
    await tx.execute(
        "update lists set name = :name, description = :description where list_id = :id",
        {"id": id, "name": name, "description": description},
    )


async def delete(tx: Tx, id: UUID) -> None:
    """The list and its memberships."""
    await tx.execute("delete from lists where list_id = :id", {"id": id})


async def get(tx: Tx, id: UUID) -> Any | None:
    """One list, with the number of its members."""
    return await tx.row(_GET, {"id": id})


async def page(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Lists in the order of their making."""
    return await tx.rows(_PAGE, {"after": after, "limit": limit})


async def add(tx: Tx, id: UUID, customer_ids: Sequence[UUID], expires_at: datetime | None) -> list[UUID]:
    """Put customers on the list; those for whom that changed something."""
    rows = await tx.rows(_ADD, {"list": id, "ids": list(set(customer_ids)), "expires_at": expires_at, "now": tx.now})
    return [row["customer_id"] for row in rows]


async def remove(tx: Tx, id: UUID, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Take customers off the list; those who were on it."""
    return [row["customer_id"] for row in await tx.rows(_REMOVE, {"list": id, "ids": list(customer_ids)})]


async def members(tx: Tx, id: UUID, after: UUID | None, limit: int) -> Sequence[Any]:
    """Members in the order of their ids."""
    return await tx.rows(_MEMBERS, {"list": id, "after": after, "limit": limit})


async def keep_open_complaint(tx: Tx) -> None:
    """The list of open complaints is there, as the migration made it."""
    await tx.execute(_KEEP, {"id": OPEN_COMPLAINT, "now": tx.now})


async def save_complaints(tx: Tx, complaints: Sequence[tuple[UUID, UUID, bool, int]]) -> None:
    """Complaints as (case, customer, open, version); what is newer stays."""
    cases, customers, flags, versions = (list(column) for column in zip(*sorted(complaints), strict=True))
    await tx.execute(_COMPLAINTS, {"cases": cases, "customers": customers, "flags": flags, "versions": versions})


async def complaining_among(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these customers who have an open complaint."""
    statement = "select distinct customer_id from complaints where active and customer_id = any(cast(:ids as uuid[]))"
    return {row["customer_id"] for row in await tx.rows(statement, {"ids": list(customer_ids)})}


async def lists_of(tx: Tx, customer_ids: Iterable[UUID]) -> Sequence[Any]:
    """(customer, list, expiry) of static lists."""
    return await tx.rows(_LISTS_OF, {"ids": list(customer_ids)})
