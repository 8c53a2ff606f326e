"""Answers of a round of the back-fill, and the memberships that they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.analytics.segments.repository.rounds import Round
from shared.contracts.topics import PARTITIONS
from shared.customers.stores import deleted
from shared.database.transaction import Tx

STORES = deleted("fills")
"""The tables that hold a customer's data here."""

_READ_UP_TO = text("""
    insert into read_up_to as r (partition, moment)
    select * from unnest(cast(:partitions as smallint[]), cast(:moments as timestamptz[])) order by 1
    on conflict (partition) do update set moment = greatest(r.moment, excluded.moment)
""")
_LEAST = text("select case when count(*) = :all then min(moment) end from read_up_to where moment >= :since")
_UNTIL = text("""
    select customer_id from (
        select customer_id from fills where cast(:after as uuid) is null or customer_id > :after
        order by customer_id limit :most
    ) as next order by customer_id desc limit 1
""")
# Whoever was touched since the round began has worked out the new versions by himself, and is passed over: a row that
# was waited for is looked at again.
_APPLY = text("""
    with behind as materialized (
        select s.customer_id from states s
        where (cast(:after as uuid) is null or s.customer_id > :after)
          and s.customer_id <= :until
          and s.revision < :revision and exists (select from fills f where f.customer_id = s.customer_id)
        order by s.customer_id for update
    )
    insert into memberships (customer_id, segment_id, version, since)
    select f.customer_id, v.segment_id, v.version, :moment
    from fills f join behind using (customer_id) join segment_versions v on v.number = f.number
    where v.state = 'backfilling' and v.round = :round order by 1, 2
    on conflict do nothing
""")
_HELD_BY = text("""
    select m.* from unnest(cast(:segments as uuid[]), cast(:versions as int[])) as p(segment_id, version)
    cross join lateral (
        select customer_id, segment_id, version, since from memberships
        where segment_id = p.segment_id and version = p.version
          and (cast(:after as uuid) is null or customer_id > :after)
        order by customer_id limit :most
    ) m
    order by m.customer_id limit :most
""")
_BEHIND = text("""
    select customer_id from states where customer_id = any(cast(:ids as uuid[])) and revision < :revision
    order by customer_id for update
""")
_STALE = text("""
    delete from memberships m using segments s
    where m.segment_id = s.segment_id and (s.archived or m.version < s.current_version)
      and m.ctid = any(array(
        select m2.ctid from memberships m2 join segments s2 using (segment_id)
        where s2.archived or m2.version < s2.current_version limit :most))
""")


@dataclass(frozen=True, slots=True)
class Held:
    """A row of memberships."""

    customer_id: UUID
    segment_id: UUID
    version: int
    since: datetime


async def note_read(tx: Tx, reached: Mapping[int, datetime]) -> None:
    """The inputs of these partitions are handled up to these moments."""
    await tx.execute(_READ_UP_TO, {"partitions": list(reached), "moments": list(reached.values())})


async def read_since(tx: Tx, since: datetime) -> datetime | None:
    """The moment up to which the inputs of every partition are handled; None while that is before `since`."""
    moment: datetime | None = await tx.value(_LEAST, {"all": PARTITIONS, "since": since})
    return moment


async def clear(tx: Tx) -> None:
    """Forget what was computed."""
    await tx.execute("truncate fills")


async def store_answers(tx: Tx) -> None:
    """Keep what the statement has put into `answers`, and nothing else."""
    # Not truncated: an erasure would wait for the whole statement.
    await tx.execute("delete from fills")
    await tx.execute("insert into fills (customer_id, number) select customer_id, number from answers order by 1, 2")


async def apply(tx: Tx, round: Round, most: int) -> UUID | None:
    """Store the answers for the next customers, `most` rows of answers or some more; the last of them, None when there
    was none left."""
    until: UUID | None = await tx.value(_UNTIL, {"after": round.done_to, "most": most})
    if until is None:
        return None
    await tx.execute(
        _APPLY,
        {"after": round.done_to, "until": until, "revision": round.revision, "moment": round.moment,
         "round": round.round},
    )  # fmt: skip
    return until


async def held_by(tx: Tx, versions: Sequence[tuple[UUID, int]], after: UUID | None, most: int) -> list[Held]:
    """The next rows of memberships of (segment, version)s, in the order of customers."""
    segments, numbers = [segment for segment, _ in versions], [version for _, version in versions]
    rows = await tx.rows(_HELD_BY, {"segments": segments, "versions": numbers, "after": after, "most": most})
    return [Held(**row) for row in rows]


async def behind(tx: Tx, customer_ids: Iterable[UUID], revision: int) -> list[UUID]:
    """Those of these customers whose states are of an earlier revision, locked."""
    rows = await tx.rows(_BEHIND, {"ids": list(customer_ids), "revision": revision})
    return [row["customer_id"] for row in rows]


async def drop_stale(tx: Tx, most: int) -> int:
    """Delete memberships of replaced versions and archived segments, up to `most`; how many went."""
    return int((await tx.execute(_STALE, {"most": most})).rowcount)
