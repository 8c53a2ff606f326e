"""The row that a decision about a customer locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from shared.customers.group import Group
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


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
