"""Who was merged with whom: the copy of what customers says, by which other services take several ids for one customer.

`customers` is the owner of this fact. Merges of merges stay as they were made, so that each can be undone by itself.
Each is published under both ids, so in two partitions: an undoing may arrive before its merge, and then outlives it.
While an undoing is on its way, an id may seem to have two survivors, or merges to go round in a circle. The answer is
the same everywhere: whoever is connected is one customer, and for them stands the least id of those that are absorbed
by nobody, in a circle the least of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, MetaData, Table, Uuid, text

from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.customers.group import Group
from shared.database.transaction import Tx

_DDL = """
create table merges (
    merge_id uuid primary key,
    absorbed uuid not null,
    survivor uuid not null,
    undone boolean not null default false
);
create index merges_absorbed on merges (absorbed);
create index merges_survivor on merges (survivor)
"""
# Both ways along the merges; `union` ends in a circle. Those whom nobody merged are not begun with.
_GROUPS = text("""
    with recursive reach (asked, id) as (
        select t.id, t.id from unnest(cast(:ids as uuid[])) as t(id)
        where exists (select from merges m where m.absorbed = t.id and not m.undone)
           or exists (select from merges m where m.survivor = t.id and not m.undone)
        union
        select r.asked, n.id from reach r cross join lateral (
            select m.survivor as id from merges m where m.absorbed = r.id and not m.undone
            union all
            select m.absorbed from merges m where m.survivor = r.id and not m.undone
        ) n
    )
    select asked, array_agg(id order by id) as members,
           (array_agg(id order by exists (select from merges m where m.absorbed = reach.id and not m.undone), id))[1]
           as root
    from reach group by asked
""")
_RECORD = text("""
    insert into merges as m (merge_id, absorbed, survivor, undone)
    select * from unnest(cast(:merges as uuid[]), cast(:absorbed as uuid[]), cast(:survivors as uuid[]),
                         cast(:undone as boolean[])) order by 1
    on conflict (merge_id) do update set undone = m.undone or excluded.undone
""")


def create_merges(op: Any) -> None:
    """Make the table, in a migration."""
    for statement in _DDL.split(";"):
        op.execute(statement)


def merges_table(metadata: MetaData) -> Table:
    """The table as it is declared beside a service's other tables."""
    return Table(
        "merges",
        metadata,
        Column("merge_id", Uuid, primary_key=True),
        Column("absorbed", Uuid, nullable=False),
        Column("survivor", Uuid, nullable=False),
        Column("undone", Boolean, nullable=False, server_default=text("false")),
        Index("merges_absorbed", "absorbed"),
        Index("merges_survivor", "survivor"),
    )


async def groups_of(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, Group]:
    """The group of each id, as all merges known by now leave it."""
    wanted = sorted(set(customer_ids))
    found = {customer_id: Group(customer_id, (customer_id,)) for customer_id in wanted}
    for row in await tx.rows(_GROUPS, {"ids": wanted}):
        found[row["asked"]] = Group(row["root"], tuple(row["members"]))
    return found


async def record_merges(tx: Tx, merges: Sequence[CustomersMerged | MergeUndone]) -> None:
    """These merges hold from now on, or no longer; what is undone stays undone."""
    known: dict[UUID, CustomersMerged | MergeUndone] = {}
    for merge in merges:
        if merge.merge_id not in known or isinstance(merge, MergeUndone):
            known[merge.merge_id] = merge
    columns = {
        "merges": list(known),
        "absorbed": [merge.absorbed for merge in known.values()],
        "survivors": [merge.survivor for merge in known.values()],
        "undone": [isinstance(merge, MergeUndone) for merge in known.values()],
    }
    await tx.execute(_RECORD, columns)
