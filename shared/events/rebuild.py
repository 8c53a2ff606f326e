"""Rebuild a read model beside itself, compare, and mend what differs, while its service goes on.

Its sources say everything again (shared.events.restating). That, and what was emitted since, goes through the code that
fills the live tables into empty ones of the same names. Then the consumer is held for a moment: its positions, which
lie beside its effects, say up to where the live tables have heard, and the rebuilt ones are brought to just there. Now
both must hold the same. What differs is mended, customer by customer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.contracts.envelope import Envelope, Unreadable, read_envelope
from shared.contracts.topics import TOPICS
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Conflict
from shared.events.consumer_loop import stop
from shared.events.copies import ReadModel
from shared.events.restating import restate_topic
from shared.kafka.clients import make_consumer, plain_name, wire_name

ASK_S = 10.0
# The service's worker hears what was emitted while its sources said everything again; if it does not, the rebuilt
# tables may be ahead of the live ones.
SETTLE_S = 60.0
_CHUNK = 500
_MEND_MOST = 1_000

_POSITIONS = "select topic, partition, next_offset from offsets where consumer = :consumer order by topic, partition"
_PATIENCE = "set local idle_in_transaction_session_timeout = '120s'"

Positions = dict[TopicPartition, int]


class NeverRead(Conflict):
    """The consumer has no positions: no worker of this version has read its topics."""

    slug, title = "never-read", "The read model was never filled here"


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table: its rows, how many customers differed (before anything was mended), and the hashes at the end."""

    name: str
    rows: int
    differing: int
    live: str
    rebuilt: str


async def rebuild(
    settings: ServiceSettings,
    database: Database,
    model: ReadModel,
    restate: Callable[[], Awaitable[None]],
    *,
    repair: bool,
) -> list[TableReport]:
    """Compare the read model with what its sources say, and with `repair` mend it. `restate` returns when they have
    said it. `database` must have one connection: the rebuilt tables are its session's. Raises NeverRead."""
    async with database.transaction() as tx:
        began = await _positions(tx, settings, model)
    consumer = make_consumer(settings, None)
    reading = _Reading(consumer, model)
    try:
        await consumer.start()
        again = _partitions(settings, [restate_topic(settings.service)])
        consumer.assign([*began, *again])
        reading.seek(began)
        reading.seek(await _ends(consumer, again))
        await restate()
        said, emitted = await _ends(consumer, again), await _ends(consumer, list(began))
        async with database.transaction() as tx:
            await model.make_empty_tables(tx)
        await reading.read(said, _storing(database, model))
        await reading.read(await _settled(database, settings, model, emitted), _storing(database, model))
        return await _compare(settings, database, model, reading, repair)
    finally:
        await stop(consumer)


async def _compare(
    settings: ServiceSettings, database: Database, model: ReadModel, reading: _Reading, repair: bool
) -> list[TableReport]:
    async with database.transaction() as tx:
        suspects = {table.name: await table.differing(tx) for table in model.tables}
    async with database.transaction() as tx:
        await tx.execute(_PATIENCE)
        # Held from here to the end: the consumer's next batch waits to move them.
        held = await _positions(tx, settings, model, " for update")
        touched: set[UUID] = set()

        async def store(events: Sequence[Envelope[Any]]) -> None:
            touched.update(event.subject for event in events)
            await model.handle(tx, events)

        await reading.read(held, store)
        differing = {
            table.name: await table.differing(tx, sorted(suspects[table.name] | touched)) for table in model.tables
        }
        if repair:
            wrong = sorted({id for ids in differing.values() for id in ids})
            for start in range(0, len(wrong), _MEND_MOST):
                await model.mend(tx, wrong[start : start + _MEND_MOST])
        reports = []
        for table in model.tables:
            live, rebuilt, rows = await table.hashes(tx)
            reports.append(TableReport(table.name, rows, len(differing[table.name]), live, rebuilt))
    return reports


class _Reading:
    """Reads partitions from where it stands to given offsets."""

    def __init__(self, consumer: AIOKafkaConsumer, model: ReadModel) -> None:
        self._consumer = consumer
        self._known = dict(model.known)
        self._at: Positions = {}

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        for partition, offset in positions.items():
            self._at[partition] = offset
            self._consumer.seek(partition, offset)

    async def read(self, to: Positions, store: Callable[[Sequence[Envelope[Any]]], Awaitable[None]]) -> None:
        """Everything before `to` goes to `store`, a batch at a time."""
        while behind := [partition for partition, end in to.items() if self._at[partition] < end]:
            async with asyncio.timeout(ASK_S):
                fetched = await self._consumer.getmany(*behind, timeout_ms=1_000, max_records=_CHUNK)
            events: list[Envelope[Any]] = []
            for partition, records in fetched.items():
                wanted = [record for record in records if record.offset < to[partition]]
                events += [event for record in wanted if (event := self._event(record)) is not None]
                self._at[partition] = wanted[-1].offset + 1
                if len(wanted) < len(records):
                    self.seek({partition: to[partition]})
            if events:
                await store(events)

    def _event(self, record: Any) -> Envelope[Any] | None:
        """The event of a record, when it is one of the read model's."""
        kinds = [value.decode("utf-8", "replace") for name, value in record.headers if name == "type" and value]
        if kinds and kinds[0] not in self._known:
            return None
        try:
            return read_envelope(record.value or b"", self._known)
        except Unreadable:
            # It lies in the dead letters, and the live tables do not have it either.
            return None


def _storing(database: Database, model: ReadModel) -> Callable[[Sequence[Envelope[Any]]], Awaitable[None]]:
    async def store(events: Sequence[Envelope[Any]]) -> None:
        async with database.transaction() as tx:
            await model.handle(tx, events)

    return store


async def _settled(
    database: Database, settings: ServiceSettings, model: ReadModel, emitted: Mapping[TopicPartition, int]
) -> Positions:
    """Where the live tables stand, once they have heard what was emitted, or after a while."""
    deadline = MACHINE.monotonic() + SETTLE_S
    while True:
        async with database.transaction() as tx:
            stored = await _positions(tx, settings, model)
        behind = any(stored[partition] < end for partition, end in emitted.items())
        if not behind or MACHINE.monotonic() > deadline:
            return stored
        await MACHINE.sleep(0.5)


async def _positions(tx: Tx, settings: ServiceSettings, model: ReadModel, lock: str = "") -> Positions:
    rows = await tx.rows(text(_POSITIONS + lock), {"consumer": model.consumer})
    found = {
        TopicPartition(wire_name(settings, row["topic"]), row["partition"]): row["next_offset"]
        for row in rows
        if row["topic"] in model.topics
    }
    if {plain_name(settings, partition.topic) for partition in found} != set(model.topics):
        raise NeverRead(
            f"{model.consumer} has no positions in {', '.join(model.topics)}.",
            cure="Start a worker of the service once, and let it read.",
        )
    return found


def _partitions(settings: ServiceSettings, topics: Sequence[str]) -> list[TopicPartition]:
    return [
        TopicPartition(wire_name(settings, topic), number)
        for topic in topics
        for number in range(TOPICS[topic].partitions)
    ]


async def _ends(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> Positions:
    async with asyncio.timeout(ASK_S):
        ends: Positions = await consumer.end_offsets(list(partitions))
    return ends
