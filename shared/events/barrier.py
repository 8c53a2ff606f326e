"""A promise to the outbox: nothing recorded at or before T will be stored in it any more.

An event bears `recorded_at`, the business instant at which its transaction began, and is seen by others only after the
commit; ids are given in between. Clocks alone cannot say that nothing older comes. So T is promised first, and whoever
writes to the outbox keeps the promise:

1. The relay stores T (`promise`).
2. A writer, before it gives its events their `recorded_at`, takes a shared advisory lock, held until its transaction
   has ended, and then reads the promise (`BARRIER`). What began at or before T is recorded one microsecond after it.
3. After it has promised, the relay looks who holds the lock (`writers`). Those may have read an older promise: it waits
   until they have ended. Whoever takes the lock later reads T or more. No writer ever waits.
4. From then on everything recorded at or before T is committed, or never will be.

Nothing in this rests on clocks that agree, nor on a bound of how long anything takes. The sequence is unlogged: a crash
of the server, which also ends every transaction, forgets the promise until the relay makes it anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

# Two keys of four bytes each: the writers' lock, and that of a relay while it promises.
_LOCK, _WRITERS, _PROMISING = 20_041, 1, 2
# CASE, because it decides the order: first the lock, then the promise, read as it is at that very moment and not as it
# was when the statement began.
BARRIER = f"""
    case when pg_advisory_xact_lock_shared({_LOCK}, {_WRITERS})::text is not null
         then pg_sequence_last_value('outbox_promised') end
"""
# Several statements without parameters are one transaction: of two relays (a hand-over) none can take it back.
_RAISE = f"""
    select pg_advisory_xact_lock({_LOCK}, {_PROMISING});
    select setval('outbox_promised', greatest({{micros}}, (select last_value from outbox_promised)))
"""
_HOLDERS = f"""
    select virtualtransaction from pg_locks
    where locktype = 'advisory' and (classid, objid, objsubid) = ({_LOCK}, {_WRITERS}, 2)
      and database = (select oid from pg_database where datname = current_database())
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def recorded_at(began: datetime, promised: int | None) -> datetime:
    """The instant that events of a transaction bear which began at `began`: later than what was promised."""
    return began if promised is None else max(began, _EPOCH + (promised + 1) * _MICROSECOND)


async def promise(connection: Any, until: datetime) -> None:
    """From now on writers record later than `until`. What was promised before holds as well."""
    await connection.execute(_RAISE.format(micros=max(1, (until - _EPOCH) // _MICROSECOND)))


async def writers(connection: Any) -> set[str]:
    """The transactions, under names that never come again, which have read a promise and not ended."""
    return {row["virtualtransaction"] for row in await connection.fetch(_HOLDERS)}
