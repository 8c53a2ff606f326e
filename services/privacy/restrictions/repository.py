"""Read and write changes of restrictions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text

from services.privacy.restrictions.domain import RestrictionChange
from shared.database.transaction import Tx

_ADD = text("""
    insert into restriction_changes (customer_id, version, restricted, changed_at, changed_by)
    select customer_id, version, restricted, :now, :changed_by
    from unnest(cast(:customers as uuid[]), cast(:versions as bigint[]), cast(:restricted as boolean[]))
    as t(customer_id, version, restricted)
""")
_OF = text("""
    select customer_id, version, restricted, changed_at, changed_by from restriction_changes
    where customer_id = any(cast(:ids as uuid[])) order by version desc
""")


async def add(tx: Tx, changes: Sequence[RestrictionChange]) -> None:
    """Note changes; all were made now by one key."""
    if not changes:
        return
    await tx.execute(
        _ADD,
        {
            "now": tx.now,
            "changed_by": changes[0].changed_by,
            "customers": [change.customer_id for change in changes],
            "versions": [change.version for change in changes],
            "restricted": [change.restricted for change in changes],
        },
    )


async def changes_of(tx: Tx, ids: Iterable[UUID]) -> list[RestrictionChange]:
    """What was changed for these customer ids, newest first."""
    return [RestrictionChange(**row) for row in await tx.rows(_OF, {"ids": sorted(set(ids))})]
