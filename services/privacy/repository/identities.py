"""Who is whom: aliases of merged customers, generations of retired identifiers. Read models of customers-events."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from services.privacy.domain.permit import Group
from shared.database.transaction import Tx

# Up to the survivor, then down to everything that was merged into it. `union` drops what was seen, so a circle ends.
_GROUPS = text("""
    with recursive up(asked, id) as (
        select id, id from unnest(cast(:ids as uuid[])) as t(id)
        union
        select up.asked, a.current from up join aliases a on a.old = up.id and not a.undone
    ), tops as (
        select distinct on (asked) asked, id as top from up
        order by asked, exists (select from aliases a where a.old = up.id and not a.undone), id
    ), down(top, id) as (
        select top, top from tops
        union
        select down.top, a.old from down join aliases a on a.current = down.id and not a.undone
    ), members as (
        select top, array_agg(id order by id) as members from down group by top
    )
    select asked, top, members from tops join members using (top)
""")
_MERGED = text("""
    insert into aliases (merge_id, old, current) values (:merge_id, :old, :current) on conflict do nothing
""")
# The two keys of a merge are two partitions: the undoing may be heard before the merge, and must then outlive it.
_UNDONE = text("""
    insert into aliases (merge_id, old, current, undone) values (:merge_id, :old, :current, true)
    on conflict (merge_id) do update set undone = true
""")
_RETIRED = text("""
    insert into generations as g (fingerprint, generation) values (:fingerprint, :generation)
    on conflict (fingerprint) do update set generation = greatest(g.generation, excluded.generation)
""")
_GENERATIONS = text("""
    select fingerprint, generation from generations where fingerprint = any(cast(:fingerprints as text[]))
""")


async def groups(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Group]:
    """For each id, every id of the same customer; alone when it was never merged."""
    rows = await tx.rows(_GROUPS, {"ids": sorted(set(ids))})
    return {row["asked"]: Group(current=row["top"], members=tuple(row["members"])) for row in rows}


async def keep_merge(tx: Tx, merge_id: UUID, *, survivor: UUID, absorbed: UUID) -> None:
    """`absorbed` is an alias of `survivor`, unless this merge is already known to be undone."""
    await tx.execute(_MERGED, {"merge_id": merge_id, "old": absorbed, "current": survivor})


async def keep_undoing(tx: Tx, merge_id: UUID, *, survivor: UUID, absorbed: UUID) -> None:
    """`absorbed` stands for itself again."""
    await tx.execute(_UNDONE, {"merge_id": merge_id, "old": absorbed, "current": survivor})


async def keep_generation(tx: Tx, fingerprint: str, generation: int) -> None:
    """From `generation` on this identifier derives a new customer."""
    await tx.execute(_RETIRED, {"fingerprint": fingerprint, "generation": generation})


async def generations(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each identifier that was ever retired."""
    rows = await tx.rows(_GENERATIONS, {"fingerprints": sorted(set(fingerprints))})
    return {row["fingerprint"]: row["generation"] for row in rows}
