"""The planted faults: each replaces one thing of the kernel or of a service, in a process that is about to start."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.campaigns.campaigns.domain import campaign
from services.campaigns.delivery import clients
from services.campaigns.messages.repository import enrolment, ledger
from shared.clock import MACHINE
from shared.events import inbox, poison
from shared.events import processor as consumer
from shared.events.relay import Relay
from shared.kafka.clients import make_producer, wire_name

# Windows that a crash would have to hit within microseconds are held open for so long.
_WINDOW_S = 0.5
_LEASE_S = 3


def no_inbox() -> None:
    """Every delivery is the first."""

    async def first_time(tx: Any, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
        return set(event_ids)

    inbox.first_time = first_time


def offset_first() -> None:
    """The position is moved, in a transaction of its own, then the effect is begun."""
    genuine = consumer.BatchProcessor.process

    async def process(self: Any, records: Any) -> None:
        offsets = self._offsets
        if offsets is not None:
            async with self.database.transaction() as tx:
                await offsets.move(tx, records)
            await MACHINE.sleep(_WINDOW_S)
        self._offsets = None
        try:
            await genuine(self, records)
        finally:
            self._offsets = offsets

    consumer.BatchProcessor.process = process  # type: ignore[method-assign]


def mark_first() -> None:
    """The relay marks rows as published, then sends them."""
    _replace_relay("select id, topic, key, type, value from outbox where not published order by id limit 500", 1, True)


def two_relays() -> None:
    """Two relays share the outbox and skip what the other has locked."""
    _replace_relay(
        "select id, topic, key, type, value from outbox where not published order by id limit 5 for update skip locked",
        2,
        False,
    )


def _replace_relay(select: str, count: int, marks_first: bool) -> None:
    mark = "update outbox set published = true where id = any($1::bigint[])"

    async def one(self: Any, beat: Callable[[], None]) -> None:
        connection = await asyncpg.connect(self._settings.database_url)
        producer = make_producer(self._settings)
        await producer.start()
        while True:
            beat()
            rows = []
            async with connection.transaction():
                rows = await connection.fetch(select)
                ids = [row["id"] for row in rows]
                if marks_first:
                    await connection.execute(mark, ids)
                else:
                    await MACHINE.sleep(random.random() * _WINDOW_S)
                    await send(self, producer, rows)
                    await connection.execute(mark, ids)
            if marks_first and rows:
                await MACHINE.sleep(_WINDOW_S)
                await send(self, producer, rows)
            await MACHINE.sleep(0.05)

    async def send(self: Any, producer: Any, rows: Any) -> None:
        for row in rows:
            headers = [("type", row["type"].encode())]
            topic = wire_name(self._settings, row["topic"])
            await producer.send_and_wait(topic, row["value"], key=str(row["key"]).encode(), headers=headers)

    async def run(self: Any, context: Any, beat: Callable[[], None]) -> None:
        await asyncio.gather(*(one(self, beat) for _ in range(count)))

    Relay.run = run  # type: ignore[method-assign]


def no_uniqueness() -> None:
    """The ledger takes an entry as often as it comes: ids are drawn, the key, the re-entry policy and the inbox that
    stand before it are gone (each of them alone would still keep it to one)."""
    no_inbox()
    vars(enrolment)["message_id"] = lambda *_: uuid4()
    campaign.ReEntry.permits = lambda *_: True  # type: ignore[method-assign]

    async def drop() -> None:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        name = await connection.fetchval(
            "select conname from pg_constraint where conrelid = 'messages'::regclass and contype = 'u'"
        )
        if name is not None:
            await connection.execute(f'alter table messages drop constraint "{name}"')
        await connection.close()

    asyncio.run(drop())


def lease() -> None:
    """A claim is free again when it is a few seconds old, whatever its sender is doing."""

    async def is_gone(tx: Any, holder: int) -> bool:
        return bool(
            await tx.value(
                """select min(claimed_at) < cast(:now as timestamptz) - make_interval(secs => :lease)
                   from messages where holder = :holder""",
                {"now": tx.now, "lease": _LEASE_S, "holder": holder},
            )
        )

    async def take_back(tx: Any, holder: int) -> tuple[int, list[Any]]:
        freed = await tx.execute(
            """update messages set state = 'waiting', holder = null, claimed_at = null, not_before = :now
               where holder = :holder and state in ('waiting', 'claimed')""",
            {"holder": holder, "now": tx.now},
        )
        return freed.rowcount, []

    ledger.is_gone = is_gone
    ledger.take_back = take_back


def no_permit() -> None:
    """Privacy is not asked."""

    async def permits(self: Any, questions: Sequence[Any]) -> dict[UUID, Any]:
        return {one.message_id: clients.Permission(one.message_id, uuid4(), None) for one in questions}

    clients.ServiceClients.permits = permits  # type: ignore[method-assign]


def swallow() -> None:
    """What cannot be handled is logged and forgotten."""

    async def write_dead_letter(*_: Any, **__: Any) -> None:
        return None

    vars(poison)["write_dead_letter"] = write_dead_letter


def stopped_loop() -> None:
    """Something blocks the event loop."""

    async def run(self: Any, context: Any, beat: Callable[[], None]) -> None:
        await MACHINE.sleep(_WINDOW_S)
        time.sleep(3600)  # noqa: ASYNC251 - this is the fault

    Relay.run = run  # type: ignore[method-assign]


def lost_connection() -> None:
    """A part waits for an answer that never comes, without a limit."""

    async def run(self: Any, context: Any, beat: Callable[[], None]) -> None:
        await asyncio.Event().wait()

    Relay.run = run  # type: ignore[method-assign]


PLANTED: dict[str, Callable[[], None]] = {
    "no-inbox": no_inbox,
    "offset-first": offset_first,
    "mark-first": mark_first,
    "two-relays": two_relays,
    "no-uniqueness": no_uniqueness,
    "lease": lease,
    "no-permit": no_permit,
    "swallow": swallow,
    "stopped-loop": stopped_loop,
    "lost-connection": lost_connection,
}
