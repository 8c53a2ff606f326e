"""Read and write aliases of merged customers and generations of retired identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import text

from services.privacy.identity.domain import Group
from shared.contracts.customers import CustomersMerged, MergeUndone
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
_STORE_MERGES = text("""
    insert into aliases (merge_id, old, current)
    select * from unnest(cast(:merges as uuid[]), cast(:olds as uuid[]), cast(:currents as uuid[])) order by 1
    on conflict do nothing
""")
# The two keys of a merge are two partitions: the undoing may arrive before the merge, and must then outlive it.
_STORE_UNDONE = text("""
    insert into aliases (merge_id, old, current, undone)
    select *, true from unnest(cast(:merges as uuid[]), cast(:olds as uuid[]), cast(:currents as uuid[])) order by 1
    on conflict (merge_id) do update set undone = true
""")
_RAISE_GENERATIONS = text("""
    insert into generations as g (fingerprint, generation)
    select * from unnest(cast(:fingerprints as text[]), cast(:generations as int[]))
    on conflict (fingerprint) do update set generation = greatest(g.generation, excluded.generation)
""")
_GENERATIONS = text("""
    select fingerprint, generation from generations where fingerprint = any(cast(:fingerprints as text[]))
""")


async def groups(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Group]:
    """For each id, every id of the same customer; alone when it was never merged."""
    rows = await tx.rows(_GROUPS, {"ids": sorted(set(ids))})
    return {row["asked"]: Group(current=row["top"], members=tuple(row["members"])) for row in rows}


async def store_merges(tx: Tx, merges: Iterable[CustomersMerged]) -> None:
    """Each absorbed id is an alias of its survivor, unless the merge is already known to be undone."""
    await tx.execute(_STORE_MERGES, _columns_of(merges))


async def store_undone_merges(tx: Tx, merges: Iterable[MergeUndone]) -> None:
    """Each absorbed id stands for itself again."""
    await tx.execute(_STORE_UNDONE, _columns_of(merges))


async def raise_generations(tx: Tx, generations: Mapping[str, int]) -> None:
    """From its generation on each identifier (by fingerprint) derives a new customer; none is lowered."""
    fingerprints = sorted(generations)
    numbers = [generations[fingerprint] for fingerprint in fingerprints]
    await tx.execute(_RAISE_GENERATIONS, {"fingerprints": fingerprints, "generations": numbers})


async def generations(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each identifier that was ever retired."""
    rows = await tx.rows(_GENERATIONS, {"fingerprints": sorted(set(fingerprints))})
    return {row["fingerprint"]: row["generation"] for row in rows}


def _columns_of(merges: Iterable[CustomersMerged | MergeUndone]) -> dict[str, list[UUID]]:
    # Each merge comes under both keys: once each, because one statement must not meet a row twice.
    unique = list({merge.merge_id: merge for merge in merges}.values())
    return {
        "merges": [merge.merge_id for merge in unique],
        "olds": [merge.absorbed for merge in unique],
        "currents": [merge.survivor for merge in unique],
    }
