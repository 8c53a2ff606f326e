"""Find out whether a database was restored from a backup, and let its versions go on above those that it has forgotten.

Copies of a service's facts take only what bears a higher version than they have. After a restore the versions of a
subject go back to those of the backup, and whatever the service emits next would be ignored. So a version is
epoch · 2^40 + n, and the epoch is raised when the service's own topics hold a version that its database does not know.

The relay looks before it sends anything: what was emitted since the restore, by an app that was quicker, gets its
versions anew.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from shared.bounded import within
from shared.config import ServiceSettings
from shared.contracts.topics import TOPICS
from shared.database.engine import Database
from shared.database.transaction import EPOCH_BITS, Tx
from shared.ids import read_id
from shared.kafka.clients import make_consumer, wire_name
from shared.observability.alarms import Alarm

# Rows of one relay round are sent in the order of their ids, which is not that of their commits: behind a row that the
# backup lacks there may be some that it has. A round has 2,000 rows for 12 partitions.
LAST = 200
ASK_S = 5.0
_CHUNK = 2_000
RESTORED = Alarm("database_was_restored", "The own topics held versions that the database did not know")

_VERSIONS = text("select subject, version from subjects where subject = any(cast(:subjects as uuid[]))")
_EPOCH = "select coalesce(max(epoch), 0) from epochs"
_WAITING = text("select id, day, value from outbox where not published and id > :after order by id limit :most")
_LOCK = text("""
    select from subjects where subject = any(cast(:subjects as uuid[])) order by subject for update
""")
_RAISE = text("""
    update subjects s set version = greatest(s.version, t.version)
    from unnest(cast(:subjects as uuid[]), cast(:versions as bigint[])) as t(subject, version)
    where s.subject = t.subject
""")
_REWRITE = text("""
    update outbox o set value = t.value
    from unnest(cast(:ids as bigint[]), cast(:days as date[]), cast(:values as bytea[])) as t(id, day, value)
    where o.id = t.id and o.day = t.day
""")


async def compare_own_topics(settings: ServiceSettings, database: Database, beat: Callable[[], None]) -> int:
    """Versions of this service go on above those on its topics; returns the epoch. Raises KafkaError, TimeoutError.

    Only while nobody else relays.
    """
    beat()
    heard = await _newest_versions(settings, beat)
    async with database.transaction(beat=beat) as tx:
        epoch = int(await tx.value(_EPOCH))
        known = {row["subject"]: row["version"] for row in await tx.rows(_VERSIONS, {"subjects": list(heard)})}
        base = epoch << EPOCH_BITS
        ahead = {id: version for id, version in heard.items() if version > max(base, known.get(id, 0))}
        if ahead:
            epoch = max(epoch, max(ahead.values()) >> EPOCH_BITS) + 1
            await tx.execute(
                "insert into epochs (epoch, raised_at) values (:epoch, :now)", {"epoch": epoch, "now": tx.now}
            )
    if ahead:
        RESTORED.sound(epoch=epoch, subjects=len(ahead), example=str(next(iter(ahead))))
    if epoch:
        async with database.transaction(beat=beat) as tx:
            await _renumber(tx, epoch << EPOCH_BITS)
    return epoch


async def _newest_versions(settings: ServiceSettings, beat: Callable[[], None]) -> dict[UUID, int]:
    """The highest version of each subject among the last records of the service's own topics."""
    consumer = make_consumer(settings, None)
    found: dict[UUID, int] = defaultdict(int)
    try:
        await consumer.start()
        async with asyncio.timeout(ASK_S):
            places = await _seek_to_the_last(settings, consumer)
        while behind := [tp for tp, end in places.items() if await consumer.position(tp) < end]:
            beat()
            async with asyncio.timeout(ASK_S):
                batches = await consumer.getmany(*behind, timeout_ms=1_000)
            for record in (record for records in batches.values() for record in records):
                if (read := _version_in(record.value, settings.service)) is not None:
                    found[read[0]] = max(found[read[0]], read[1])
    finally:
        await within(ASK_S, consumer.stop())
    return dict(found)


async def _seek_to_the_last(settings: ServiceSettings, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """Goes to the last records of each partition that has any; where those end."""
    there = await consumer.topics()
    own = [topic for topic in TOPICS.values() if settings.service in topic.producers and not topic.public]
    partitions = [
        TopicPartition(wire_name(settings, topic.name), number)
        for topic in own
        if wire_name(settings, topic.name) in there
        for number in range(topic.partitions)
    ]
    if not partitions:
        return {}
    consumer.assign(partitions)
    begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    for partition in partitions:
        consumer.seek(partition, max(begins[partition], ends[partition] - LAST))
    return ends


def _version_in(value: bytes | None, service: str) -> tuple[UUID, int] | None:
    """Subject and version of an event of this service."""
    try:
        body = orjson.loads(value or b"")
        return (read_id(body["subject"]), int(body["version"])) if body["source"] == service else None
    except (ValueError, KeyError, TypeError):
        return None


async def _renumber(tx: Tx, base: int) -> None:
    """Rows that wait with versions below `base` go on above it, with those of the same subjects behind them."""
    low: set[UUID] = set()
    async for row in _waiting(tx):
        body = orjson.loads(row["value"])
        if body["version"] <= base:
            low.add(read_id(body["subject"]))
    if not low:
        return
    # Behind the lock nobody adds a row for one of them.
    await tx.execute(_LOCK, {"subjects": sorted(low)})
    newest: dict[UUID, int] = dict.fromkeys(low, base)
    async for chunk in _chunks(tx):
        rewritten: dict[int, tuple[Any, bytes]] = {}
        for row in chunk:
            body = orjson.loads(row["value"])
            subject = read_id(body["subject"])
            if subject in newest:
                newest[subject] += 1
                rewritten[row["id"]] = row["day"], orjson.dumps({**body, "version": newest[subject]})
        await _rewrite(tx, rewritten)
    await tx.execute(_RAISE, {"subjects": list(newest), "versions": list(newest.values())})


async def _rewrite(tx: Tx, rows: Mapping[int, tuple[Any, bytes]]) -> None:
    days, values = [day for day, _ in rows.values()], [value for _, value in rows.values()]
    await tx.execute(_REWRITE, {"ids": list(rows), "days": days, "values": values})


async def _waiting(tx: Tx) -> Any:
    async for chunk in _chunks(tx):
        for row in chunk:
            yield row


async def _chunks(tx: Tx) -> Any:
    after = 0
    while rows := await tx.rows(_WAITING, {"after": after, "most": _CHUNK}):
        yield rows
        after = rows[-1]["id"]
