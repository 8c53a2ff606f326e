"""Kept sizes of segments, and the spread of scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

_NOTE = text("""
    insert into segment_sizes as z (segment_id, day, version, members)
    select s.segment_id, cast(:day as date), s.current_version, coalesce(sum(c.members), 0)
    from segments s
    left join segment_counts c on c.segment_id = s.segment_id and c.version = s.current_version
    where s.current_version is not null and not s.archived
    group by 1, 2, 3 order by 1
    on conflict (segment_id, day) do update set version = excluded.version, members = excluded.members
""")
_SIZES = text("""
    select distinct on (period) cast(date_trunc(:unit, day) as date) as period, members, version
    from segment_sizes
    where segment_id = :segment and day >= :first
    order by period, day desc
""")


async def note_sizes(tx: Tx, day: date) -> None:
    """The day's size of every segment that answers is the present one."""
    await tx.execute(_NOTE, {"day": day})


async def sizes(tx: Tx, segment: UUID, unit: str, first: date) -> Sequence[Any]:
    """The last known size in each period."""
    return await tx.rows(_SIZES, {"segment": segment, "unit": unit, "first": first})
