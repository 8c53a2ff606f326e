"""What interactions must know about customers: merges, retired identifiers, erasures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.database.transaction import Tx

_MERGE = text("""
    insert into merges (merge_id, absorbed, survivor, undone) values (:merge_id, :absorbed, :survivor, :undone)
    on conflict (merge_id) do update set undone = merges.undone or excluded.undone
""")
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
    insert into generations (fingerprint, generation, changed_at) values (:fingerprint, :generation, :now)
    on conflict (fingerprint) do update
    set generation = excluded.generation, changed_at = excluded.changed_at
    where generations.generation < excluded.generation
""")
_GENERATIONS_SINCE = text("""
    select fingerprint, generation, changed_at from generations where changed_at >= :since order by changed_at
""")
_TOMBSTONES = text("""
    insert into tombstones (customer_id, request_id, erased_at)
    select id, :request_id, :now from unnest(cast(:ids as uuid[])) as id order by id
    on conflict do nothing
""")
# What was bought keeps its amounts, without a thread back: a fresh id, no ids of the publisher, no free fields.
_ANONYMISE = text("""
    update interactions
    set customer_id = :fresh, message_id = null, cause = null, detail = detail - '{order_id,payment,store}'::text[]
    where customer_id = any(cast(:ids as uuid[])) and kind in ('purchase', 'return')
""")
_DELETE = {
    "interactions": text("delete from interactions where customer_id = any(cast(:ids as uuid[]))"),
    "told_marks": text("delete from told_marks where customer_id = any(cast(:ids as uuid[]))"),
    "outbox": text("delete from outbox where topic = 'customers-inbound' and key = any(cast(:ids as uuid[]))"),
}
_REMAINING = text("""
    select
        (select count(*) from interactions where customer_id = any(cast(:ids as uuid[]))) as interactions,
        (select count(*) from told_marks where customer_id = any(cast(:ids as uuid[]))) as told_marks,
        (select count(*) from outbox where topic = 'customers-inbound' and key = any(cast(:ids as uuid[]))) as outbox
""")
_LETTERS = text("""
    select id, key, coalesce(repaired, value) as value from dead_letters
    where (value is not null or repaired is not null) and id > :after order by id limit 500
""")
_BLANK_LETTERS = text("""
    update dead_letters
    set key = null, value = null, repaired = null, headers = '[]', error = 'erased',
        state = 'discarded', note = 'erased'
    where id = any(cast(:ids as uuid[]))
""")


async def store_merge(tx: Tx, merge: CustomersMerged | MergeUndone) -> None:
    """Remember a merge, or that it was undone; an undoing that overtakes its merge wins."""
    await tx.execute(
        _MERGE,
        {
            "merge_id": merge.merge_id,
            "absorbed": merge.absorbed,
            "survivor": merge.survivor,
            "undone": isinstance(merge, MergeUndone),
        },
    )


async def alias_group(tx: Tx, customer_id: UUID) -> list[UUID]:
    """Every id under which this customer's interactions were written, itself included."""
    return [row["id"] for row in await tx.rows(_ALIAS_GROUP, {"id": customer_id})]


async def retire_identifier(tx: Tx, fingerprint: str, generation: int) -> None:
    """From now on this identifier derives a customer of at least `generation`."""
    await tx.execute(_RETIRE, {"fingerprint": fingerprint, "generation": generation, "now": tx.now})


async def generations_since(tx: Tx, since: datetime) -> list[tuple[str, int, datetime]]:
    """(fingerprint, generation, changed_at) of what was retired at or after `since`."""
    rows = await tx.rows(_GENERATIONS_SINCE, {"since": since})
    return [(row["fingerprint"], row["generation"], row["changed_at"]) for row in rows]


async def bury_customers(tx: Tx, ids: Sequence[UUID], request_id: UUID) -> None:
    """From now on nothing is recorded about `ids`."""
    await tx.execute(_TOMBSTONES, {"ids": list(ids), "request_id": request_id, "now": tx.now})


async def erase_customers(tx: Tx, ids: Sequence[UUID], fresh: UUID) -> dict[str, int]:
    """Baskets go under `fresh`, everything else is deleted; returns how many rows of each store."""
    kept = (await tx.execute(_ANONYMISE, {"ids": list(ids), "fresh": fresh})).rowcount
    counts = {store: (await tx.execute(sql, {"ids": list(ids)})).rowcount for store, sql in _DELETE.items()}
    counts["interactions"] += kept
    return counts


async def remaining_of(tx: Tx, ids: Sequence[UUID]) -> dict[str, int]:
    """How many rows each store still holds about `ids`."""
    row = await tx.row(_REMAINING, {"ids": list(ids)})
    return {store: int(count) for store, count in row.items()} if row else {}


async def letters_after(tx: Tx, after: UUID) -> list[tuple[UUID, bytes | None, bytes]]:
    """The next dead letters that hold bytes: (id, Kafka key, value)."""
    return [(row["id"], row["key"], row["value"]) for row in await tx.rows(_LETTERS, {"after": after})]


async def blank_letters(tx: Tx, ids: Iterable[UUID]) -> None:
    """Take the bytes out of these dead letters; that they existed stays known."""
    await tx.execute(_BLANK_LETTERS, {"ids": list(ids)})
