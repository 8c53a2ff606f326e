"""Segments, their versions, and the number of their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_CREATE = text("""
    insert into segments (segment_id, name, description, newest_version, created_at, changed_at)
    values (:id, :name, :description, 1, :now, :now)
""")
_RENAME = text("""
    update segments set name = :name, description = :description, changed_at = :now where segment_id = :id
""")
_ADD_VERSION = text("""
    insert into segment_versions (segment_id, version, definition, types, state, created_at, created_by)
    values (:id, :version, cast(:definition as jsonb), cast(:types as jsonb), 'backfilling', :now, :by)
""")
_SUPERSEDE = text("""
    update segment_versions set state = 'replaced' where segment_id = :id and state = 'backfilling'
""")
_NEWEST = text("update segments set newest_version = :version, changed_at = :now where segment_id = :id")
_ARCHIVE = text("update segments set archived = true, changed_at = :now where segment_id = :id")
_ARCHIVE_VERSIONS = text("""
    update segment_versions set state = 'archived' where segment_id = :id and state in ('live', 'backfilling')
""")
_COLUMNS = """
    s.segment_id, s.name, s.description, s.archived, s.current_version, s.newest_version, s.created_at, s.changed_at,
    v.definition, v.state
"""
_GET = text(f"""
    select {_COLUMNS} from segments s
    join segment_versions v on v.segment_id = s.segment_id and v.version = s.newest_version
    where s.segment_id = :id
""")
_LIST = text(f"""
    select {_COLUMNS} from segments s
    join segment_versions v on v.segment_id = s.segment_id and v.version = s.newest_version
    where (:archived or not s.archived) and (cast(:after as uuid) is null or s.segment_id > :after)
    order by s.segment_id limit :limit
""")
_VERSIONS = text("""
    select version, definition, state, created_at, created_by, live_at from segment_versions
    where segment_id = :id order by version
""")
_TAKEN = text("""
    select segment_id from segments where lower(name) = lower(:name) and not archived and segment_id <> :id limit 1
""")
_LIVE = text("select segment_id from segments where not archived and current_version is not null")
_LIVE_DEFINITIONS = text("""
    select v.segment_id, s.name, v.definition, v.types from segment_versions v join segments s using (segment_id)
    where not s.archived and (v.state = 'backfilling' or v.state = 'live')
    order by v.segment_id, v.version
""")
# Kept by the trigger on memberships, which themselves are not read: there may be millions.
_COUNTS = text("""
    select s.segment_id, cast(coalesce(sum(c.members), 0) as bigint) as members
    from segments s left join segment_counts c on c.segment_id = s.segment_id and c.version = s.current_version
    where s.segment_id = any(cast(:ids as uuid[])) and not s.archived group by s.segment_id
""")


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment as it stands. `definition` and `state` are those of the newest version."""

    segment_id: UUID
    name: str
    description: str | None
    archived: bool
    current_version: int | None
    newest_version: int
    created_at: datetime
    changed_at: datetime
    definition: dict[str, Any]
    state: str


async def create(tx: Tx, id: UUID, name: str, description: str | None) -> None:
    """A segment without a version yet."""
    await tx.execute(_CREATE, {"id": id, "name": name, "description": description, "now": tx.now})


async def rename(tx: Tx, id: UUID, name: str, description: str | None) -> None:
    """Name and description."""
    await tx.execute(_RENAME, {"id": id, "name": name, "description": description, "now": tx.now})


async def add_version(
    tx: Tx, id: UUID, version: int, definition: dict[str, Any], types: dict[str, str], by: str
) -> None:
    """The newest version, to be filled; one that was being filled is given up."""
    await tx.execute(_SUPERSEDE, {"id": id})
    await tx.execute(
        _ADD_VERSION,
        {"id": id, "version": version, "definition": to_jsonb(definition), "types": to_jsonb(types), "now": tx.now,
         "by": by},
    )  # fmt: skip
    await tx.execute(_NEWEST, {"id": id, "version": version, "now": tx.now})


async def archive(tx: Tx, id: UUID) -> None:
    """It answers no more."""
    await tx.execute(_ARCHIVE, {"id": id, "now": tx.now})
    await tx.execute(_ARCHIVE_VERSIONS, {"id": id})


async def get(tx: Tx, id: UUID) -> Segment | None:
    """One segment."""
    row = await tx.row(_GET, {"id": id})
    return Segment(**row) if row else None


async def page(tx: Tx, after: UUID | None, limit: int, *, archived: bool) -> list[Segment]:
    """Segments in the order of their ids (of their making)."""
    rows = await tx.rows(_LIST, {"after": after, "limit": limit, "archived": archived})
    return [Segment(**row) for row in rows]


async def versions(tx: Tx, id: UUID) -> Sequence[Any]:
    """All versions, the oldest first."""
    return await tx.rows(_VERSIONS, {"id": id})


async def name_taken(tx: Tx, name: str, id: UUID) -> bool:
    """Whether another segment that is not archived has this name."""
    return await tx.value(_TAKEN, {"name": name, "id": id}) is not None


async def live_ids(tx: Tx) -> set[UUID]:
    """Segments that others may refer to."""
    return {row["segment_id"] for row in await tx.rows(_LIVE)}


async def definitions(tx: Tx) -> Sequence[Any]:
    """(segment, name, definition, types) of what runs; of a segment with two versions the newest comes last."""
    return await tx.rows(_LIVE_DEFINITIONS)


async def counts(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Members of each live segment, now."""
    return {row["segment_id"]: row["members"] for row in await tx.rows(_COUNTS, {"ids": list(ids)})}
