"""Alias groups, tombstones, and the row that a decision about a customer locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.campaigns.contacts.domain.contacts import Group
from shared.database.transaction import Tx

# Up to each root, then down to every id that was merged into it. `union` ends also in a circle.
_GROUPS = """
    with recursive up (start, id) as (
        select id, id from unnest(cast(:ids as uuid[])) as t(id)
        union
        select up.start, a.current_id from up join aliases a on a.old_id = up.id and not a.undone
    ), down (start, root, id) as (
        select start, id, id from up where not exists (select from aliases a where a.old_id = up.id and not a.undone)
        union
        select d.start, d.root, a.old_id from down d join aliases a on a.current_id = d.id and not a.undone
    )
    select start, min(cast(root as text)) as root, array_agg(distinct id) as members from down group by start
"""


async def groups_of(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, Group]:
    """The alias group of each id; an id nobody merged is alone."""
    wanted = sorted(set(customer_ids))
    found = {customer_id: Group(customer_id, (customer_id,)) for customer_id in wanted}
    if not await tx.value("select 1 from aliases where not undone limit 1"):
        return found
    for row in await tx.rows(_GROUPS, {"ids": wanted}):
        found[row["start"]] = Group(UUID(row["root"]), tuple(sorted(row["members"])))
    return found


async def lock_customers(tx: Tx, roots: Sequence[UUID]) -> None:
    """Hold the rows of these customers until the commit, in one order everywhere. Missing rows are made, but for erased
    customers, who stay forgotten."""
    ids = sorted(set(roots))
    await tx.execute(
        """
        insert into profiles (customer_id, version, reachable)
        select id, 0, '{}' from unnest(cast(:ids as uuid[])) as t(id)
        where not exists (select from profiles p where p.customer_id = t.id)
        and not exists (select from tombstones d where d.customer_id = t.id) order by id
        on conflict do nothing
        """,
        {"ids": ids},
    )
    await tx.execute(
        "select from profiles where customer_id = any(cast(:ids as uuid[])) order by customer_id for update",
        {"ids": ids},
    )


async def lock_groups(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, Group]:
    """The groups of these ids, with their roots locked; ids whose group changed while waiting are left out."""
    wanted = list(customer_ids)
    before = await groups_of(tx, wanted)
    await lock_customers(tx, [group.root for group in before.values()])
    after = await groups_of(tx, wanted)
    return {customer_id: group for customer_id, group in after.items() if group.root == before[customer_id].root}


async def tombstoned(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that were erased."""
    rows = await tx.rows(
        "select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))",
        {"ids": sorted(set(customer_ids))},
    )
    return {row["customer_id"] for row in rows}


async def add_tombstones(tx: Tx, request_id: UUID, customer_ids: Sequence[UUID]) -> None:
    """Nothing is copied or enrolled for these ids any more."""
    await tx.execute(
        """insert into tombstones (customer_id, request_id, erased_at)
           select id, :request, :now from unnest(cast(:ids as uuid[])) as t(id)
           on conflict (customer_id) do update set request_id = excluded.request_id""",
        {"request": request_id, "now": tx.now, "ids": list(customer_ids)},
    )


async def erased_for(tx: Tx, request_id: UUID) -> list[UUID]:
    """The ids that bear a tombstone because of this request."""
    rows = await tx.rows("select customer_id from tombstones where request_id = :request", {"request": request_id})
    return [row["customer_id"] for row in rows]
