"""Alias groups, and the row that a decision about a customer locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.campaigns.domain.customers import Group
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
    found = {one: Group(one, (one,)) for one in wanted}
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
    return {one: group for one, group in after.items() if group.root == before[one].root}
