"""How many members each segment has. A trigger counts in the statement that changes memberships (migration 0005)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

# Connections come and go. Rows of one that is gone change no more; should its number be given to a new one meanwhile,
# that one waits and begins a row of its own.
_FOLD = text("""
    with gone as (
        delete from segment_counts c
        where c.writer <> 0 and not exists (select from pg_stat_activity a where a.pid = c.writer)
        returning c.segment_id, c.version, c.members
    )
    insert into segment_counts as c (segment_id, version, writer, members)
    select segment_id, version, 0, sum(members) from gone group by 1, 2 order by 1, 2
    on conflict (segment_id, version, writer) do update set members = c.members + excluded.members
""")
_FORGET = text("""
    delete from segment_counts c using segments s
    where s.segment_id = c.segment_id and (s.archived or c.version < s.current_version)
      and not exists (select from memberships m where m.segment_id = c.segment_id and m.version = c.version)
""")
_VERSIONS = text("""
    select segment_id, current_version as version from segments where current_version is not null and not archived
    order by segment_id
""")
# One statement, so that both sides are of one moment: what others commit meanwhile is in both or in neither.
_CORRECT = text("""
    with kept as (
        select coalesce(sum(members), 0) as members from segment_counts where segment_id = :id and version = :version
    ), found as (
        select count(*) as members from memberships where segment_id = :id and version = :version
    )
    insert into segment_counts as c (segment_id, version, writer, members)
    select :id, :version, 0, found.members - kept.members from kept, found where found.members <> kept.members
    on conflict (segment_id, version, writer) do update set members = c.members + excluded.members
    returning (select found.members - kept.members from kept, found) as missed
""")


async def fold(tx: Tx) -> None:
    """Counts of connections that are gone are added up; those of versions that answer no more are forgotten."""
    await tx.execute(_FOLD)
    await tx.execute(_FORGET)


async def answering(tx: Tx) -> Sequence[tuple[UUID, int]]:
    """(segment, version) of all that answer."""
    return [(row["segment_id"], row["version"]) for row in await tx.rows(_VERSIONS)]


async def correct(tx: Tx, id: UUID, version: int) -> int:
    """Count the members of a version again and put the kept count right; by how many it was wrong."""
    missed: int | None = await tx.value(_CORRECT, {"id": id, "version": version})
    return missed or 0
