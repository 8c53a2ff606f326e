"""Collects evidence from outside: files, topics read with a plain consumer, databases read read-only, the reports."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.installation import SERVICES, Installation
from services.privacy.identity.domain import subject_of
from shared.contracts.topics import TOPICS
from tests.faults.consumers import FACTS, GROUPS
from tests.faults.product import CAP_S, EDITED_LEAST, Doors, Marketed
from tests.faults.records import Evidence, Memory, Row
from tests.faults.traces import traces_of

_INTERACTIONS = """
    select id, kind, publisher, message_id, customer_id, detail->>'message_id' as mail from interactions
"""
_LETTERS = "select consumer, event_id, value, state from dead_letters"
_LEDGER = "select id, customer_id, campaign_id, entry_id, step, channel, state, reason, permit_id from messages"
_PERMITS = "select permit_id, message_id, customer_id, covers, versions, granted_at from permits"
_CONSENTS = """
    select customer_id, version, action, effective, purpose, fingerprint, evidence->>'form' as form from consents
    where purpose in ('marketing', '*')
"""
_MEMBERS = """
    select m.customer_id from memberships m join segments s using (segment_id)
    where m.segment_id = $1 and m.version = s.current_version
"""
_COPIED = "select customer_id from memberships where segment_id = $1 and member"
_UNPUBLISHED = "select count(*) from outbox where not published"
_LEFT = "select count(*) from messages where state in ('waiting', 'claimed')"
_ERASING = "select count(*) from erasures where state = 'running'"
# What is told again to whoever rebuilds is nobody's event.
_OUTBOX = "select event_id from outbox where topic not like '%-restate'"
# The lines of baskets are many and no invariant asks for them.
_DROPPED = ("lines", "attributes", "traits", "identifiers", "derived_from")


class Outside:
    """Looks at one installation. `servers` are the brokers' own addresses: the product may go through proxies."""

    def __init__(self, installation: Installation, doors: Doors, servers: str, databases: dict[str, str]) -> None:
        self._prefix = installation.plan.topic_prefix
        self._doors = doors
        self.servers = servers
        self.databases = databases

    # --- is anything under way?

    async def left(self) -> dict[str, int]:
        """What is under way, by name; empty when nothing is."""
        lag = {f"lag of {group}": count for group, count in (await self.lag()).items()}
        waiting = {f"outbox of {service}": count for service, count in (await self.unpublished()).items()}
        async with self._database("campaigns") as campaigns:
            messages = await campaigns.fetchval(_LEFT)
        async with self._database("privacy") as privacy:
            erasing = await privacy.fetchval(_ERASING)
        more = {"messages": messages, "erasures": erasing}
        return {name: count for name, count in {**lag, **waiting, **more}.items() if count}

    async def unpublished(self) -> dict[str, int]:
        """Rows of each outbox that no relay has sent."""
        counts = {}
        for service in SERVICES:
            async with self._database(service) as database:
                counts[service] = await database.fetchval(_UNPUBLISHED)
        return counts

    async def lag(self) -> dict[str, int]:
        """Records that each consumer group has yet to commit."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        consumer = AIOKafkaConsumer(bootstrap_servers=self.servers, group_id=None)
        await consumer.start()
        try:
            every = [
                self._partition(name, number) for name, topic in TOPICS.items() for number in range(topic.partitions)
            ]
            ends, begins = await consumer.end_offsets(every), await consumer.beginning_offsets(every)
            lags = {}
            for group, topics in GROUPS.items():
                committed = await admin.list_consumer_group_offsets(f"{self._prefix}{group}")
                lag = 0
                for topic in topics:
                    for number in range(TOPICS[topic].partitions):
                        at = self._partition(topic, number)
                        offset = committed[at].offset if at in committed else -1
                        lag += max(0, ends[at] - (offset if offset >= 0 else begins[at]))
                lags[group] = lag
            return lags
        finally:
            await consumer.stop()
            await admin.close()

    async def claimed(self) -> int:
        """Messages that senders have in hand."""
        async with self._database("campaigns") as database:
            return int(await database.fetchval("select count(*) from messages where state = 'claimed'"))

    async def remember(self, service: str) -> Memory:
        """What only this database knows, before it goes back."""
        async with self._database(service) as database:
            # What no relay had sent is said anew.
            outbox = [str(row[0]) for row in await database.fetch(f"{_OUTBOX} and published")]
            permits = await _rows(database, _PERMITS) if service == "privacy" else []
        return Memory(service, outbox, permits)

    # --- evidence

    async def collect(self, history: list[Row], handed: list[Row], marketed: Marketed) -> Evidence:
        """Everything the invariants ask about."""
        seen = Evidence(history=history, handed=handed, campaign=marketed.campaign, segment=marketed.segment)
        seen.second = {
            "segment": marketed.edited, "least": EDITED_LEAST, "campaign": marketed.one_off, "apart_s": CAP_S,
        }  # fmt: skip
        seen.events = await self._events()
        for service in SERVICES:
            async with self._database(service) as database:
                await self._kernel(seen, service, database)
        async with self._database("interactions") as database:
            seen.interactions = await _rows(database, _INTERACTIONS)
        async with self._database("analytics") as database:
            types = [fact.TYPE.split(".")[1].removesuffix("_recorded") for fact in FACTS]
            facts = await database.fetch("select event_id from facts where event = any($1)", types)
            seen.facts = [str(row[0]) for row in facts]
            for name, segment in _named_segments("analytics", marketed):
                seen.members[name] = [str(row[0]) for row in await database.fetch(_MEMBERS, UUID(segment))]
        await self._campaigns(seen, marketed)
        async with self._database("privacy") as database:
            seen.permits = await _rows(database, _PERMITS)
            seen.consents = [_marked(row) for row in await _rows(database, _CONSENTS)]
            seen.requests = await _rows(database, "select requested_by, state from erasures")
            erased = await database.fetch("select customer_id from standings where erased_at is not null")
            seen.erased = [str(row[0]) for row in erased]
        seen.reported = await self._reports(marketed)
        seen.second["reported"] = await self._report(marketed.one_off)
        seen.traces = await traces_of(seen, self.databases)
        seen.lag, seen.unpublished = await self.lag(), await self.unpublished()
        return seen

    async def _kernel(self, seen: Evidence, service: str, database: Any) -> None:
        seen.outboxes[service] = [str(row[0]) for row in await database.fetch(_OUTBOX)]
        for consumer, event_id in await database.fetch(
            "select consumer, event_id from inbox where consumer <> 'probe'"
        ):
            seen.inboxes.setdefault(consumer, []).append(str(event_id))
        for row in await database.fetch(_LETTERS):
            publisher, message_id = _named(row["value"])
            seen.letters.append(
                {"service": service, "consumer": row["consumer"], "state": row["state"],
                 "event_id": str(row["event_id"]) if row["event_id"] else None,
                 "publisher": publisher, "message_id": message_id}
            )  # fmt: skip

    async def _campaigns(self, seen: Evidence, marketed: Marketed) -> None:
        async with self._database("campaigns") as database:
            seen.ledger = await _rows(database, _LEDGER)
            for name, segment in _named_segments("campaigns", marketed):
                seen.members[name] = [str(row[0]) for row in await database.fetch(_COPIED, UUID(segment))]
            copies = await database.fetch("select customer_id, purpose, channel, state from consents")
            seen.copies = {"/".join(map(str, row[:3])): row[3] for row in (tuple(copy) for copy in copies)}

    async def _reports(self, marketed: Marketed) -> dict[str, Any]:
        stats = await self._doors.done("GET", "interactions", "/stats", "operator")
        segment = await self._doors.done("GET", "analytics", f"/segments/{marketed.segment}", "marketing")
        return {
            "at": time.time(),
            "purchases": sum(count["interactions"] for count in stats["counts"] if count["kind"] == "purchase"),
            "members": segment["members"],
            **await self._report(marketed.campaign),
        }

    async def _report(self, campaign: str) -> dict[str, Any]:
        report = await self._doors.done("GET", "campaigns", f"/campaigns/{campaign}/report", "marketing")
        return {
            "handed_over": report["handed_over"],
            "refused": sum(report["refused"].values()),
            "failed": sum(report["failed"].values()),
            "unknown": report["unknown"],
        }

    async def _events(self) -> list[Row]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.servers, group_id=None, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        events: list[Row] = []
        try:
            names = [name for name in TOPICS if name != "interactions-inbound" and not name.endswith("-restate")]
            partitions = [self._partition(topic, n) for topic in names for n in range(TOPICS[topic].partitions)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            for at in partitions:
                consumer.seek(at, 0)
            while behind := [at for at in partitions if await consumer.position(at) < ends[at]]:
                for batch in (await consumer.getmany(*behind, timeout_ms=500)).values():
                    events += [event for record in batch if (event := self._event(record)) is not None]
        finally:
            await consumer.stop()
        return sorted(events, key=lambda event: (event["topic"], event["partition"], event["offset"]))

    def _event(self, record: Any) -> Row | None:
        try:
            body = json.loads(record.value or b"")
            data = {name: value for name, value in body["data"].items() if name not in _DROPPED}
            return {
                "topic": record.topic.removeprefix(self._prefix), "partition": record.partition,
                "offset": record.offset, "data": data,
                "time": datetime.fromisoformat(body["time"]).timestamp(),
                **{name: body[name] for name in ("id", "type", "source", "subject", "version", "origin")},
            }  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def _partition(self, topic: str, number: int) -> TopicPartition:
        return TopicPartition(f"{self._prefix}{topic}", number)

    @asynccontextmanager
    async def _database(self, service: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(
            self.databases[service], timeout=30, server_settings={"default_transaction_read_only": "on"}
        )
        try:
            yield connection
        finally:
            connection.terminate()


def _named_segments(service: str, marketed: Marketed) -> list[tuple[str, str]]:
    """The keys under which the members of each segment are kept, and the segments."""
    return [(service, marketed.segment), (f"{service}/{marketed.edited}", marketed.edited)]


def _named(value: bytes | None) -> tuple[str | None, str | None]:
    """Publisher and id of a message of the inbound door, if these bytes are one."""
    try:
        body = orjson.loads(value or b"")
        return body["publisher"], body["message"]["message_id"]
    except (ValueError, KeyError, TypeError):
        return None, None


async def _rows(database: Any, statement: str) -> list[Row]:
    return [{name: _plain(value) for name, value in row.items()} for row in await database.fetch(statement)]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _marked(line: Row) -> Row:
    """A line of the ledger, which stands at a customer or at an address."""
    fingerprint = line.pop("fingerprint")
    return {**line, "by_address": fingerprint is not None and str(subject_of(fingerprint)) == line["customer_id"]}
