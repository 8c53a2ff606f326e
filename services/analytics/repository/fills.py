"""Rounds of the back-fill: new versions of segments, computed for everybody by one statement, then told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.topics import PARTITIONS
from shared.database.transaction import Tx

_OPEN = text("select * from fill_rounds where stage <> 'done' for update")
_BEGIN = text("""
    with begun as (
        insert into fill_rounds (revision, since) select revision, changed_at from programs
        where exists (select from segment_versions where state = 'backfilling' and round is null)
        returning round
    )
    update segment_versions v set round = b.round from begun b where v.state = 'backfilling' and v.round is null
""")
_READ_UP_TO = text("""
    insert into read_up_to as r (partition, moment)
    select * from unnest(cast(:partitions as smallint[]), cast(:moments as timestamptz[])) order by 1
    on conflict (partition) do update set moment = greatest(r.moment, excluded.moment)
""")
_LEAST = text("select case when count(*) = :all then min(moment) end from read_up_to where moment >= :since")
_STAGE = text("""
    update fill_rounds
    set stage = :stage, moment = coalesce(:moment, moment), live_revision = coalesce(:live_revision, live_revision),
        done_to = null
    where round = :round
""")
_DONE_TO = text("update fill_rounds set done_to = :to where round = :round")
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
_SETTLE = text("""
    with filled as (
        update segment_versions v set state = 'live', live_at = :now, replaces = s.current_version from segments s
        where v.segment_id = s.segment_id and v.state = 'backfilling' and v.round = :round
        returning v.segment_id, v.version
    ), older as (
        update segment_versions v set state = 'replaced' from filled f
        where v.segment_id = f.segment_id and v.state = 'live' and v.version < f.version
    )
    update segments s set current_version = f.version, changed_at = :now from filled f
    where s.segment_id = f.segment_id returning s.segment_id, s.name, f.version
""")
_SWITCHED = text("""
    select v.segment_id, v.version, v.replaces from segment_versions v
    where v.round = :round and v.state = 'live'
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
_FILLING = text("""
    select v.segment_id, v.version, v.replaces, v.state <> 'live' as hidden, r.moment, r.live_revision, r.done_to,
           r.stage
    from segment_versions v left join fill_rounds r using (round)
    where v.state = 'backfilling' or (v.state = 'live' and r.live_revision > :oldest)
""")
_ROWS = text("""
    select customer_id, segment_id, version from memberships
    where customer_id = any(cast(:ids as uuid[])) and segment_id = any(cast(:segments as uuid[]))
""")
_STALE = text("""
    delete from memberships m using segments s
    where m.segment_id = s.segment_id and (s.archived or m.version < s.current_version)
      and m.ctid = any(array(
        select m2.ctid from memberships m2 join segments s2 using (segment_id)
        where s2.archived or m2.version < s2.current_version limit :most))
""")
_PROGRESS = text("select stage, done_to from fill_rounds where stage in ('waiting', 'applying')")


@dataclass(frozen=True, slots=True)
class Round:
    """The round under way. `moment` is when all inputs were read up to which the answers hold, once that is known."""

    round: int
    revision: int
    since: datetime
    stage: str
    moment: datetime | None
    done_to: UUID | None
    live_revision: int | None


@dataclass(frozen=True, slots=True)
class Filling:
    """A version that a round fills, or has switched to. `told_to`: who knows by the round; `told`: everybody does."""

    segment_id: UUID
    version: int
    replaces: int | None
    hidden: bool
    moment: datetime | None
    live_revision: int | None
    told_to: UUID | None
    told: bool

    def is_told(self, customer_id: UUID) -> bool:
        """Whether the round has told what the switch changed for a customer."""
        return self.told or (self.told_to is not None and customer_id <= self.told_to)


@dataclass(frozen=True, slots=True)
class Held:
    """A row of memberships."""

    customer_id: UUID
    segment_id: UUID
    version: int
    since: datetime


async def open_round(tx: Tx) -> Round | None:
    """The round under way, locked; None when there is none."""
    row = await tx.row(_OPEN)
    return Round(**row) if row else None


async def begin(tx: Tx) -> None:
    """A round for all versions that wait for one, if there are any."""
    await tx.execute(_BEGIN)


async def note_read(tx: Tx, reached: Mapping[int, datetime]) -> None:
    """The inputs of these partitions are handled up to these moments."""
    await tx.execute(_READ_UP_TO, {"partitions": list(reached), "moments": list(reached.values())})


async def read_since(tx: Tx, since: datetime) -> datetime | None:
    """The moment up to which the inputs of every partition are handled; None while that is before `since`."""
    moment: datetime | None = await tx.value(_LEAST, {"all": PARTITIONS, "since": since})
    return moment


async def enter_stage(
    tx: Tx, round: Round, stage: str, *, moment: datetime | None = None, live_revision: int | None = None
) -> None:
    """The round goes on with its next stage, from its first customer."""
    await tx.execute(_STAGE, {"round": round.round, "stage": stage, "moment": moment, "live_revision": live_revision})


async def move_on(tx: Tx, round: Round, to: UUID) -> None:
    """This stage is done for customers up to `to`."""
    await tx.execute(_DONE_TO, {"round": round.round, "to": to})


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


async def switch(tx: Tx, round: Round) -> list[tuple[UUID, str, int]]:
    """The versions of the round answer from now on, in place of older ones: (segment, name, version) of each."""
    rows = await tx.rows(_SETTLE, {"now": tx.now, "round": round.round})
    return [(row["segment_id"], row["name"], row["version"]) for row in rows]


async def switched(tx: Tx, round: Round) -> dict[UUID, tuple[int, int | None]]:
    """The segments that the round has switched: (version, the one it replaces)."""
    rows = await tx.rows(_SWITCHED, {"round": round.round})
    return {row["segment_id"]: (row["version"], row["replaces"]) for row in rows}


async def held_by(tx: Tx, versions: Sequence[tuple[UUID, int]], after: UUID | None, most: int) -> list[Held]:
    """The next rows of memberships of (segment, version)s, in the order of customers."""
    segments, numbers = [one for one, _ in versions], [one for _, one in versions]
    rows = await tx.rows(_HELD_BY, {"segments": segments, "versions": numbers, "after": after, "most": most})
    return [Held(**row) for row in rows]


async def behind(tx: Tx, customer_ids: Iterable[UUID], revision: int) -> list[UUID]:
    """Those of these customers whose states are of an earlier revision, locked."""
    rows = await tx.rows(_BEHIND, {"ids": list(customer_ids), "revision": revision})
    return [row["customer_id"] for row in rows]


async def filling(tx: Tx, oldest: int) -> list[Filling]:
    """Versions that are being filled, or to which one has switched since revision `oldest`."""
    return [
        Filling(
            row["segment_id"], row["version"], row["replaces"], row["hidden"], row["moment"], row["live_revision"],
            row["done_to"] if row["stage"] == "telling" else None, row["stage"] == "done",
        )
        for row in await tx.rows(_FILLING, {"oldest": oldest})
    ]  # fmt: skip


async def rows_of(tx: Tx, customer_ids: Iterable[UUID], segments: Iterable[UUID]) -> dict[UUID, set[tuple[UUID, int]]]:
    """(segment, version) that memberships have of each customer, among these segments."""
    found: dict[UUID, set[tuple[UUID, int]]] = {}
    for row in await tx.rows(_ROWS, {"ids": list(customer_ids), "segments": list(segments)}):
        found.setdefault(row["customer_id"], set()).add((row["segment_id"], row["version"]))
    return found


async def drop_stale(tx: Tx, most: int) -> int:
    """Delete memberships of replaced versions and archived segments, up to `most`; how many went."""
    return int((await tx.execute(_STALE, {"most": most})).rowcount)


async def progress(tx: Tx) -> float:
    """The share of the round under way that is done before it answers, 0 … 1; 0 when none is."""
    row: Any = await tx.row(_PROGRESS)
    if row is None or row["stage"] == "waiting":
        return 0.0
    # Ids of customers are hashes. Half is computing, half is storing.
    return 0.5 if row["done_to"] is None else 0.5 + (row["done_to"].int >> 96) / 2**33
