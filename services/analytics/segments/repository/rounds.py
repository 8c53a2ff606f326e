"""Rounds of the back-fill: how far each has come, and the versions that it fills or has switched to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

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
_STAGE = text("""
    update fill_rounds
    set stage = :stage, moment = coalesce(:moment, moment), live_revision = coalesce(:live_revision, live_revision),
        done_to = null
    where round = :round
""")
_DONE_TO = text("update fill_rounds set done_to = :to where round = :round")
_SWITCH = text("""
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
_FILLED_SINCE = text("""
    select v.segment_id, v.version, v.replaces, v.state <> 'live' as hidden, r.moment, r.live_revision, r.done_to,
           r.stage
    from segment_versions v left join fill_rounds r using (round)
    where v.state = 'backfilling' or (v.state = 'live' and r.live_revision > :oldest)
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
class FilledVersion:
    """A version that a round fills, or has switched to. `emitted_to`: up to which customer the
    round has emitted what the switch changed; `emitted`: for everybody."""

    segment_id: UUID
    version: int
    replaces: int | None
    hidden: bool
    moment: datetime | None
    live_revision: int | None
    emitted_to: UUID | None
    emitted: bool

    def is_emitted(self, customer_id: UUID) -> bool:
        """Whether the round has emitted what the switch changed for a customer."""
        return self.emitted or (self.emitted_to is not None and customer_id <= self.emitted_to)


async def open_round(tx: Tx) -> Round | None:
    """The round under way, locked; None when there is none."""
    row = await tx.row(_OPEN)
    return Round(**row) if row else None


async def begin(tx: Tx) -> None:
    """A round for all versions that wait for one, if there are any."""
    await tx.execute(_BEGIN)


async def enter_stage(
    tx: Tx, round: Round, stage: str, *, moment: datetime | None = None, live_revision: int | None = None
) -> None:
    """The round goes on with its next stage, from its first customer."""
    await tx.execute(_STAGE, {"round": round.round, "stage": stage, "moment": moment, "live_revision": live_revision})


async def move_on(tx: Tx, round: Round, to: UUID) -> None:
    """This stage is done for customers up to `to`."""
    await tx.execute(_DONE_TO, {"round": round.round, "to": to})


async def switch(tx: Tx, round: Round) -> list[tuple[UUID, str, int]]:
    """The versions of the round answer from now on, in place of older ones: (segment, name, version) of each."""
    rows = await tx.rows(_SWITCH, {"now": tx.now, "round": round.round})
    return [(row["segment_id"], row["name"], row["version"]) for row in rows]


async def switched(tx: Tx, round: Round) -> dict[UUID, tuple[int, int | None]]:
    """The segments that the round has switched: (version, the one it replaces)."""
    rows = await tx.rows(_SWITCHED, {"round": round.round})
    return {row["segment_id"]: (row["version"], row["replaces"]) for row in rows}


async def filled_since(tx: Tx, oldest: int) -> list[FilledVersion]:
    """Versions that are being filled, or to which one has switched since revision `oldest`."""
    return [
        FilledVersion(
            row["segment_id"], row["version"], row["replaces"], row["hidden"], row["moment"], row["live_revision"],
            row["done_to"] if row["stage"] == "telling" else None, row["stage"] == "done",
        )
        for row in await tx.rows(_FILLED_SINCE, {"oldest": oldest})
    ]  # fmt: skip


async def progress(tx: Tx) -> float:
    """The share of the round under way that is done before it answers, 0 … 1; 0 when none is."""
    row: Any = await tx.row(_PROGRESS)
    if row is None or row["stage"] == "waiting":
        return 0.0
    # Ids of customers are hashes. Half is computing, half is storing.
    return 0.5 if row["done_to"] is None else 0.5 + (row["done_to"].int >> 96) / 2**33
