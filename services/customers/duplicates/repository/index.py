"""SQL of what is compared: likenesses, the keys by which customers meet, and who waits for being compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.customers.duplicates.domain.people import Likeness, likeness_of
from shared.customers.stores import deleted
from shared.database.transaction import Tx

# A block may hold half a city by bad luck of names: beyond so many, its members meet by their other keys.
_LARGEST_BLOCK = 60
_PROFILES = """
    select customer_id, kind, profile from customers
    where customer_id = any(cast(:ids as uuid[])) and merged_into is null
"""
_ADDRESSES = """
    select c.current_id, i.kind, i.normalised from customers c join identifiers i using (customer_id)
    where c.current_id = any(cast(:ids as uuid[])) and i.kind in ('email', 'phone')
"""
_PAGE = """
    select customer_id from customers
    where merged_into is null and (cast(:after as uuid) is null or customer_id > :after)
    order by customer_id limit :limit
"""
# An erasure waits here, and finds what is written then. In the order of ids, as groups are locked.
_STAY = """
    select customer_id from customers where customer_id = any(cast(:ids as uuid[])) and merged_into is null
    order by customer_id for key share
"""
_MARKED = "select mark_id, customer_id from duplicate_marks order by mark_id limit :limit"
_FORGET_MARKS = "delete from duplicate_marks where mark_id = any(cast(:marks as bigint[]))"
_MEETING = f"""
    select asked.key, met.customer_id from unnest(cast(:keys as bigint[])) as asked(key)
    cross join lateral (
        select k.customer_id from duplicate_keys k where k.key = asked.key order by k.customer_id
        limit {_LARGEST_BLOCK}) as met
"""
_LIKENESSES = """
    select customer_id, compared from duplicate_likenesses where customer_id = any(cast(:ids as uuid[]))
"""
_FORGET_LIKENESSES = "delete from duplicate_likenesses where customer_id = any(cast(:ids as uuid[]))"
_FORGET_KEYS = "delete from duplicate_keys where customer_id = any(cast(:ids as uuid[]))"
# What an erasure deletes here.
STORES = deleted("duplicate_likenesses", "duplicate_keys", "duplicate_marks")


async def marked(tx: Tx, limit: int) -> dict[int, UUID]:
    """Who was written and waits for being compared, by the mark, the oldest first."""
    return {row["mark_id"]: row["customer_id"] for row in await tx.rows(_MARKED, {"limit": limit})}


async def import_runs(tx: Tx) -> bool:
    """Whether a file is being taken."""
    return bool(await tx.value("select exists (select from imports where state = 'running')"))


async def forget_marks(tx: Tx, marks: Iterable[int]) -> None:
    """These have been compared as they were when they were marked, or later."""
    await tx.execute(_FORGET_MARKS, {"marks": list(marks)})


async def page_of_customers(tx: Tx, after: UUID | None, limit: int) -> list[UUID]:
    """The next customers who are no alias, in the order of their ids."""
    return [row["customer_id"] for row in await tx.rows(_PAGE, {"after": after, "limit": limit})]


async def present_likenesses(tx: Tx, ids: Sequence[UUID]) -> list[Likeness]:
    """What is compared of these customers as they are now; of those who are one with another, or gone, nothing."""
    phones: dict[UUID, list[str]] = defaultdict(list)
    mails: dict[UUID, list[str]] = defaultdict(list)
    for row in await tx.rows(_ADDRESSES, {"ids": list(ids)}):
        (mails if row["kind"] == "email" else phones)[row["current_id"]].append(row["normalised"])
    return [
        likeness_of(
            row["customer_id"], row["kind"], row["profile"], phones[row["customer_id"]], mails[row["customer_id"]]
        )
        for row in await tx.rows(_PROFILES, {"ids": list(ids)})
    ]


async def stored_likenesses(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Likeness]:
    """What was stored of these customers when they were compared last."""
    rows = await tx.rows(_LIKENESSES, {"ids": list(ids)})
    return {row["customer_id"]: Likeness.of_text(row["customer_id"], row["compared"]) for row in rows}


async def hold(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these customers who are there and no alias; until the commit nobody deletes them."""
    return {row["customer_id"] for row in await tx.rows(_STAY, {"ids": sorted(ids)})}


async def store_likenesses(tx: Tx, people: Mapping[UUID, tuple[Likeness, Sequence[int]]]) -> None:
    """Each with the keys by which others meet them, in the place of what was stored before."""
    await forget(tx, people)
    await tx.copy(
        "duplicate_likenesses", ("customer_id", "compared"), [(id_, who.to_text()) for id_, (who, _) in people.items()]
    )
    rows = [(customer_id, key) for customer_id, (_, keys) in people.items() for key in keys]
    await tx.copy("duplicate_keys", ("customer_id", "key"), rows)


async def forget(tx: Tx, ids: Iterable[UUID]) -> None:
    """Nobody meets these customers any more."""
    wanted = {"ids": list(ids)}
    await tx.execute(_FORGET_LIKENESSES, wanted)
    await tx.execute(_FORGET_KEYS, wanted)


async def meeting(tx: Tx, keys: Sequence[int]) -> dict[int, list[UUID]]:
    """Who is met under each of these keys."""
    met: dict[int, list[UUID]] = defaultdict(list)
    for row in await tx.rows(_MEETING, {"keys": list(keys)}):
        met[row["key"]].append(row["customer_id"])
    return met
