"""SQL of identity: merges, generations, tombstones, and the lock between recordings and erasures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.customers.owners import Owner
from shared.database.transaction import Tx

# Any number of recordings, or one erasure: an erasure must not miss rows that a batch is about to commit.
_LOCK_SHARED = text("select pg_advisory_xact_lock_shared(hashtextextended('erasure', 0))")
_LOCK_ALONE = text("select pg_advisory_xact_lock(hashtextextended('erasure', 0))")
_MERGES = text("""
    insert into merges (merge_id, absorbed, survivor, undone)
    select * from unnest(cast(:merge_ids as uuid[]), cast(:absorbed as uuid[]), cast(:survivors as uuid[]),
                         cast(:undone as boolean[])) order by 1
    on conflict (merge_id) do update set undone = merges.undone or excluded.undone
""")
_OF_MERGES = "merges where absorbed = any(cast(:ids as uuid[])) or survivor = any(cast(:ids as uuid[]))"
# Up to the survivor of all, and down again to everybody absorbed. `union` ends a circle.
_ALIAS_GROUP = text("""
    with recursive up(id) as (
        select cast(:id as uuid)
        union
        select m.survivor from merges m join up on m.absorbed = up.id where not m.undone
    ), down(id) as (
        select id from up
        union
        select m.absorbed from merges m join down on m.survivor = down.id where not m.undone
    )
    select id from down
""")
_RETIRE = text("""
    insert into generations (fingerprint, generation, changed_at)
    select fingerprint, generation, :now
    from unnest(cast(:fingerprints as text[]), cast(:generations as int[])) as t(fingerprint, generation)
    order by 1
    on conflict (fingerprint) do update
    set generation = excluded.generation, changed_at = excluded.changed_at
    where generations.generation < excluded.generation
""")
_GENERATIONS = text("""
    select fingerprint, generation from generations where fingerprint = any(cast(:fingerprints as text[]))
""")
# Whose each of these is, and the generation at which it derives somebody when it is nobody's: both at once.
_KNOWN = text("""
    select n.fingerprint, o.kind, o.customer_id, o.generation, o.trust, g.generation as retired
    from unnest(cast(:fingerprints as text[])) as n(fingerprint)
    left join identifier_owners o on o.fingerprint = n.fingerprint and o.customer_id is not null
    left join generations g on g.fingerprint = n.fingerprint
    where o.fingerprint is not null or g.fingerprint is not null
""")
_GENERATIONS_SINCE = text("""
    select fingerprint, generation, changed_at from generations where changed_at >= :since order by changed_at
""")
_TOMBSTONES = text("""
    insert into tombstones (customer_id, request_id, erased_at)
    select id, request_id, :now from unnest(cast(:ids as uuid[]), cast(:request_ids as uuid[])) as t(id, request_id)
    order by id
    on conflict do nothing
""")
_ERASED = text("select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))")


async def lock_against_erasures(tx: Tx) -> None:
    """Wait for an erasure that is under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_SHARED)


async def lock_for_erasure(tx: Tx) -> None:
    """Wait for recordings that are under way; further ones wait for this transaction."""
    await tx.execute(_LOCK_ALONE)


async def store_merges(tx: Tx, merges: Mapping[UUID, CustomersMerged | MergeUndone]) -> None:
    """Remember merges, by merge id, or that they were undone; an undoing that overtakes its merge wins."""
    await tx.execute(
        _MERGES,
        {
            "merge_ids": list(merges),
            "absorbed": [merge.absorbed for merge in merges.values()],
            "survivors": [merge.survivor for merge in merges.values()],
            "undone": [isinstance(merge, MergeUndone) for merge in merges.values()],
        },
    )


async def forget_merges(tx: Tx, ids: Iterable[UUID]) -> int:
    """No merge names any of these ids; returns how many did."""
    return (await tx.execute(f"delete from {_OF_MERGES}", {"ids": list(ids)})).rowcount


async def merges_of(tx: Tx, ids: Iterable[UUID]) -> int:
    """How many merges name one of these ids."""
    return int(await tx.value(f"select count(*) from {_OF_MERGES}", {"ids": list(ids)}))


async def alias_group(tx: Tx, customer_id: UUID) -> list[UUID]:
    """Every id under which this customer's interactions were written, itself included."""
    return [row["id"] for row in await tx.rows(_ALIAS_GROUP, {"id": customer_id})]


async def raise_generations(tx: Tx, generations: Mapping[str, int]) -> None:
    """From now on each of these fingerprints derives a customer of at least its generation."""
    params = {"fingerprints": list(generations), "generations": list(generations.values()), "now": tx.now}
    await tx.execute(_RETIRE, params)


async def generations_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each of these fingerprints that has one; the others are at 0."""
    wanted = list(fingerprints)
    if not wanted:
        return {}
    rows = await tx.rows(_GENERATIONS, {"fingerprints": wanted})
    return {row["fingerprint"]: row["generation"] for row in rows}


async def owners_and_generations(tx: Tx, fingerprints: Iterable[str]) -> tuple[dict[str, Owner], dict[str, int]]:
    """Who owns each of these fingerprints, and the generation of each that was retired, by one statement."""
    wanted = sorted(set(fingerprints))
    if not wanted:
        return {}, {}
    rows = await tx.rows(_KNOWN, {"fingerprints": wanted})
    owners = {
        row["fingerprint"]: Owner(row["fingerprint"], row["kind"], row["customer_id"], row["generation"], row["trust"])
        for row in rows
        if row["customer_id"] is not None
    }
    return owners, {row["fingerprint"]: row["retired"] for row in rows if row["retired"] is not None}


async def generations_since(tx: Tx, since: datetime) -> list[tuple[str, int, datetime]]:
    """(fingerprint, generation, changed_at) of what was retired at or after `since`."""
    rows = await tx.rows(_GENERATIONS_SINCE, {"since": since})
    return [(row["fingerprint"], row["generation"], row["changed_at"]) for row in rows]


async def add_tombstones(tx: Tx, requests: Mapping[UUID, UUID]) -> None:
    """From now on nothing is recorded about these customers; `requests` names each one's erasure request."""
    params = {"ids": list(requests), "request_ids": list(requests.values()), "now": tx.now}
    await tx.execute(_TOMBSTONES, params)


async def erased_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of `ids` that were erased."""
    return {row["customer_id"] for row in await tx.rows(_ERASED, {"ids": list(ids)})}
