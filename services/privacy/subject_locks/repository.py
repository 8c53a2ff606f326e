"""The row per customer id that permits lock shared and every change locks for itself (table `standings`).

Every transaction locks in one order: these rows by customer id, then addresses by hash and channel. Missing rows are
inserted, sorted, before any is locked; so no two transactions wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import text

from services.privacy.subject_locks.domain import SubjectState
from shared.database.transaction import Tx

_MAKE = text("""
    insert into standings (customer_id)
    select id from unnest(cast(:ids as uuid[])) as t(id) order by id
    on conflict do nothing
""")
# Under READ COMMITTED a locked row is read again after the wait, and the statements that follow see what was committed.
_LOCK = """
    select customer_id, version, restricted, erased_at is not null as erased
    from standings where customer_id = any(cast(:ids as uuid[]))
    order by customer_id for {strength}
"""
_LOCK_SHARED = text(_LOCK.format(strength="share"))
_LOCK_OWN = text(_LOCK.format(strength="no key update"))
_READ = text("""
    select customer_id, version, restricted, erased_at is not null as erased
    from standings where customer_id = any(cast(:ids as uuid[]))
""")
_NEXT_VERSIONS = text("select nextval('changes') from generate_series(1, :count)")
_SET_VERSIONS = text("""
    update standings s set version = t.version
    from unnest(cast(:ids as uuid[]), cast(:versions as bigint[])) as t(id, version)
    where s.customer_id = t.id
""")


async def lock(tx: Tx, ids: Iterable[UUID], *, shared: bool = False) -> dict[UUID, SubjectState]:
    """The state of each of `ids`, locked until the commit; made where missing."""
    wanted = {"ids": sorted(set(ids))}
    await tx.execute(_MAKE, wanted)
    rows = await tx.rows(_LOCK_SHARED if shared else _LOCK_OWN, wanted)
    return {row["customer_id"]: SubjectState(**row) for row in rows}


async def read(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, SubjectState]:
    """The state of those `ids` that have a row, as it is now, without a lock."""
    return {row["customer_id"]: SubjectState(**row) for row in await tx.rows(_READ, {"ids": sorted(set(ids))})}


async def page_of_restricted(tx: Tx, after: UUID | None, limit: int) -> list[UUID]:
    """The next customer ids that are restricted, in their order."""
    rows = await tx.rows(
        "select customer_id from standings where restricted and erased_at is null"
        " and (cast(:after as uuid) is null or customer_id > :after) order by customer_id limit :limit",
        {"after": after, "limit": limit},
    )
    return [row["customer_id"] for row in rows]


async def next_versions(tx: Tx, count: int) -> list[int]:
    """The next `count` numbers of changes. Take them after the locks: then they grow in the order of commits."""
    return [row["nextval"] for row in await tx.rows(_NEXT_VERSIONS, {"count": count})]


async def set_versions(tx: Tx, versions: Mapping[UUID, int]) -> None:
    """Note the latest change of each customer id."""
    await tx.execute(_SET_VERSIONS, {"ids": list(versions), "versions": list(versions.values())})


async def set_restriction(tx: Tx, customer_id: UUID, restricted: bool, version: int) -> None:
    """Set or lift the restriction."""
    await tx.execute(
        "update standings set restricted = :restricted, version = :version where customer_id = :id",
        {"id": customer_id, "restricted": restricted, "version": version},
    )


async def add_tombstones(tx: Tx, versions: Mapping[UUID, int]) -> None:
    """Set the tombstones; they stay for ever."""
    await tx.execute(
        """update standings s set erased_at = coalesce(s.erased_at, :now), version = t.version
           from unnest(cast(:ids as uuid[]), cast(:versions as bigint[])) as t(id, version)
           where s.customer_id = t.id""",
        {"ids": list(versions), "versions": list(versions.values()), "now": tx.now},
    )
