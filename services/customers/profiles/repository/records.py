"""SQL of records and the groups they form: opening, locking, reading, saving."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.customers.identifiers.domain import Identifier
from services.customers.identifiers.repository import identifiers_of
from services.customers.profiles.domain.customer import Group, Record
from services.customers.profiles.repository.codec import RECORD_COLUMNS, beneath_to_json, claims_to_json, record_of
from shared.customers.stores import deleted
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_COLUMNS = """
    select * from unnest(
        cast(:customer_id as uuid[]), cast(:current_id as uuid[]), cast(:merged_into as uuid[]),
        cast(:merged_at as timestamptz[]), cast(:kind as text[]), cast(:source as text[]),
        cast(:created_at as timestamptz[]), cast(:changed_at as timestamptz[]), cast(:version as bigint[]),
        cast(:claims as text[]), cast(:unfit as text[]), cast(:hearsay as text[]), cast(:beneath as text[]),
        cast(:status as text[]), cast(:name as text[]), cast(:country as text[]), cast(:profile as text[]),
        cast(:reachable as text[]))
    as t(customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at, version, claims, unfit,
         hearsay, beneath, status, name, country, profile, reachable)
"""
_OPEN = f"""
    insert into customers (customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at,
                           version, claims, unfit, hearsay, beneath, status, name, country, profile, reachable)
    select customer_id, current_id, merged_into, merged_at, kind, source, created_at, changed_at, version,
           cast(claims as jsonb), cast(unfit as jsonb), cast(hearsay as jsonb), cast(beneath as jsonb), status, name,
           country, cast(profile as jsonb), string_to_array(reachable, ',')
    from ({_COLUMNS}) as n order by customer_id
    on conflict (customer_id) do nothing returning customer_id
"""
_SAVE = f"""
    update customers as c
    set created_at = n.created_at, current_id = n.current_id, merged_into = n.merged_into, merged_at = n.merged_at,
        kind = n.kind, source = n.source, changed_at = n.changed_at, version = n.version,
        claims = cast(n.claims as jsonb),
        unfit = cast(n.unfit as jsonb), hearsay = cast(n.hearsay as jsonb), beneath = cast(n.beneath as jsonb),
        status = n.status, name = n.name, country = n.country, profile = cast(n.profile as jsonb),
        reachable = string_to_array(n.reachable, ',')
    from ({_COLUMNS}) as n where c.customer_id = n.customer_id
"""
_ROOTS = """
    select customer_id, current_id from customers where customer_id = any(cast(:ids as uuid[]))
"""
# In the order of ids, so that two transactions lock in one order. The root's row stands for its group.
_LOCK = """
    select customer_id, current_id from customers where customer_id = any(cast(:ids as uuid[]))
    order by customer_id for update
"""
_MEMBERS = f"select {RECORD_COLUMNS} from customers where current_id = any(cast(:ids as uuid[])) order by customer_id"
_PAGE = f"""
    select {RECORD_COLUMNS} from customers where cast(:after as uuid) is null or customer_id > :after
    order by customer_id limit :limit
"""
# What an erasure deletes here.
STORES = deleted("customers")


async def open_records(tx: Tx, records: Sequence[Record]) -> set[UUID]:
    """Insert those that are not there yet; returns their ids. A concurrent opening of the same id is waited for."""
    if not records:
        return set()
    rows = await tx.rows(_OPEN, _columns(records))
    return {row["customer_id"] for row in rows}


async def open_new(tx: Tx, records: Sequence[Record]) -> set[UUID]:
    """`open_records` for many of whom nearly all are new: by COPY, as long as none is there already."""
    if not records:
        return set()
    columns = _columns(records)
    columns["reachable"] = [list(record.profile.reachable) for record in records]
    if await tx.copy_new("customers", columns, list(zip(*columns.values(), strict=True))):
        return {record.customer_id for record in records}
    return await open_records(tx, records)


async def discard_records(tx: Tx, ids: Sequence[UUID]) -> None:
    """Take back rows opened in this very transaction."""
    await tx.execute("delete from customers where customer_id = any(cast(:ids as uuid[]))", {"ids": list(ids)})


async def save_records(tx: Tx, records: Sequence[Record]) -> None:
    """Write every column of locked records."""
    if records:
        await tx.execute(_SAVE, _columns(records))


async def lock_groups(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Group]:
    """The group of each known id (an alias gets its survivor's), locked until the commit."""
    while True:
        roots = await _roots(tx, ids)
        wanted = sorted(set(roots.values()))
        locked = {row["customer_id"]: row["current_id"] for row in await tx.rows(_LOCK, {"ids": wanted})}
        # A merge or an erasure may have gone before us while we waited: then ask again who the roots are.
        if all(locked.get(root) == root for root in wanted):
            return await read_groups(tx, ids)


async def read_groups(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Group]:
    """The group of each known id, as it is now."""
    roots = await _roots(tx, ids)
    current = sorted(set(roots.values()))
    if not current:
        return {}
    members: dict[UUID, list[Record]] = defaultdict(list)
    for row in await tx.rows(_MEMBERS, {"ids": current}):
        members[row["current_id"]].append(record_of(row))
    current_ids = {record.customer_id: record.current_id for records in members.values() for record in records}
    identifiers: dict[UUID, list[Identifier]] = defaultdict(list)
    for identifier in await identifiers_of(tx, list(current_ids)):
        identifiers[current_ids[identifier.customer_id]].append(identifier)
    groups = {
        root: Group(next(record for record in records if record.customer_id == root), records, identifiers[root])
        for root, records in members.items()
    }
    return {asked: groups[root] for asked, root in roots.items() if root in groups}


async def page_of_records(tx: Tx, after: UUID | None, limit: int) -> list[Record]:
    """The next records, in the order of their ids."""
    return [record_of(row) for row in await tx.rows(_PAGE, {"after": after, "limit": limit})]


async def _roots(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = await tx.rows(_ROOTS, {"ids": sorted(set(ids))})
    return {row["customer_id"]: row["current_id"] for row in rows}


def _columns(records: Sequence[Record]) -> dict[str, list[object]]:
    return {
        "customer_id": [record.customer_id for record in records],
        "current_id": [record.current_id for record in records],
        "merged_into": [record.merged_into for record in records],
        "merged_at": [record.merged_at for record in records],
        "kind": [record.kind for record in records],
        "source": [record.source for record in records],
        "created_at": [record.created_at for record in records],
        "changed_at": [record.changed_at for record in records],
        "version": [record.version for record in records],
        "claims": [claims_to_json(record.claims) for record in records],
        "unfit": [claims_to_json(record.unfit) for record in records],
        "hearsay": [claims_to_json(record.hearsay) for record in records],
        "beneath": [beneath_to_json(record) for record in records],
        "status": [record.profile.status for record in records],
        "name": [record.profile.name for record in records],
        "country": [record.profile.country for record in records],
        "profile": [to_jsonb(record.profile.values) for record in records],
        "reachable": [",".join(record.profile.reachable) for record in records],
    }
