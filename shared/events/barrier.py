"""The watermark barrier of an outbox: nothing recorded at or before its instant T will be stored in it any more.

An event bears `recorded_at`, the business instant at which its transaction began, and is visible to others only after
the commit; ids are given in between. Clocks alone cannot say that nothing older comes. So the relay first raises the
barrier to T, and whoever writes to the outbox records later than that:

1. The relay stores T (`raise_barrier`).
2. A writer, before it gives its events their `recorded_at`, takes a shared advisory lock, held until its transaction
   has ended, and then reads the barrier (`BARRIER`). What began at or before T is recorded one microsecond after it.
3. After it has raised the barrier, the relay looks who holds the lock (`writers`). Those may have read an older one: it
   waits until they have ended. Whoever takes the lock later reads T or more. No writer ever waits.
4. From then on everything recorded at or before T is committed, or never will be.

Nothing in this rests on clocks that agree, nor on a bound of how long anything takes. But a promise is for ever: a
clock that once was weeks ahead would make every `recorded_at` after it wrong. So neither a promise nor a `recorded_at`
lies more than AHEAD_S ahead of the database's own clock. If that one was wrong itself, a promise that is stuck in the
future is taken back by hand (shared.events.clock_repair).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.clock import Clock
from shared.observability.alarms import Alarm

# Two keys of four bytes each: the writers' lock, and that of a relay while it raises the barrier.
_LOCK, _WRITERS, _RAISING = 20_041, 1, 2
# What is raised between two looks at the clocks, and the difference of clocks that are kept by NTP, are far below.
AHEAD_S = 5.0
AHEAD = Alarm("clock_ahead", "The machine's clock is ahead of the database's: instants were bounded or refused")

# CASE, because it decides the order: first the lock, then the barrier, read as it is at that very moment and not as it
# was when the statement began.
BARRIER = f"""
    case when pg_advisory_xact_lock_shared({_LOCK}, {_WRITERS})::text is not null
         then pg_sequence_last_value('outbox_promised') end
"""
# Several statements without parameters are one transaction: of two relays (a hand-over) none can lower it again.
_RAISE = f"""
    select pg_advisory_xact_lock({_LOCK}, {_RAISING});
    select setval('outbox_promised', greatest({{micros}}, (select last_value from outbox_promised)))
"""
_HOLDERS = f"""
    select virtualtransaction from pg_locks
    where locktype = 'advisory' and (classid, objid, objsubid) = ({_LOCK}, {_WRITERS}, 2)
      and database = (select oid from pg_database where datname = current_database())
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def recorded_at(began: datetime, barrier: int | None) -> datetime:
    """The instant that events of a transaction bear which began at `began`: later than the barrier (microseconds)."""
    return began if barrier is None else max(began, instant_of(barrier) + _MICROSECOND)


def bounded(clock: Clock, business: datetime, wall: datetime) -> datetime:
    """`business`, or what it is by this clock at `wall` (the database's) when it lies more than AHEAD_S after that."""
    ahead = ahead_s(clock, business, wall)
    if ahead <= AHEAD_S:
        return business
    AHEAD.sound(seconds=round(ahead, 3), of="recorded_at")
    return business - timedelta(seconds=ahead * clock.factor)


def ahead_s(clock: Clock, business: datetime, wall: datetime) -> float:
    """How many machine seconds `business` lies after the moment `wall`, as this clock counts."""
    return (clock.wall_of(business) - wall).total_seconds()


def instant_of(barrier: int) -> datetime:
    """The instant that the sequence holds."""
    return _EPOCH + barrier * _MICROSECOND


def micros_of(instant: datetime) -> int:
    """As the sequence holds it."""
    return max(1, (instant - _EPOCH) // _MICROSECOND)


async def raise_barrier(connection: Any, until: datetime) -> None:
    """From now on writers record later than `until`. A barrier that is higher already stays."""
    await connection.execute(_RAISE.format(micros=micros_of(until)))


async def lower_barrier(connection: Any, until: datetime) -> None:
    """Take a promise back: only while no relay runs, and nobody relies on what it has promised."""
    await connection.execute("select pg_advisory_lock($1, $2)", _LOCK, _RAISING)
    try:
        await connection.execute("select setval('outbox_promised', $1)", micros_of(until))
    finally:
        await connection.execute("select pg_advisory_unlock($1, $2)", _LOCK, _RAISING)


async def promised(connection: Any) -> datetime:
    """The barrier's instant."""
    return instant_of(await connection.fetchval("select last_value from outbox_promised"))


async def writers(connection: Any) -> set[str]:
    """The transactions, under names that never come again, which have read a barrier and not ended."""
    return {row["virtualtransaction"] for row in await connection.fetch(_HOLDERS)}
