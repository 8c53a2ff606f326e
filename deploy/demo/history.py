"""The first months, in bulk: most households' straight to Kafka, the others' as a file to the history door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from aiokafka import AIOKafkaProducer

from deploy.demo.doors import Doors, Unexpected
from deploy.demo.messages import EMPTY, purchase, record
from deploy.demo.people import People
from deploy.demo.places import Places
from deploy.demo.schedule import Baskets, Published
from shared.kafka.clients import wire_name

TOPIC = "interactions-inbound"
# Every fourth household's baskets come as a file: one household's stay in their order.
_BY_FILE = 4
_CHUNK = 500


@dataclass
class History:
    """A stretch of the past, ready to be published: records with their keys for Kafka, lines for the file.
    What was given away is history, too; `empty_…` count the baskets that came to less than nothing."""

    records: list[tuple[bytes, bytes]] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    empty_records: int = 0
    empty_lines: int = 0

    @property
    def size(self) -> int:
        """All messages."""
        return len(self.records) + len(self.lines)


def prepare(baskets: Baskets, people: People, since: datetime, until: datetime) -> History:
    """The baskets of all but the newcomers; each household's first brings its address and traits."""
    met: set[int] = set()
    history = History()
    for basket in baskets.baskets(since, until):
        if basket.household in people.newcomers:
            continue
        household = None if basket.household in met else people.households[basket.household]
        met.add(basket.household)
        raw = orjson.dumps(purchase(basket, household, origin="history"))
        if basket.household % _BY_FILE:
            history.records.append((key_of(basket.household), record(raw)))
            history.empty_records += basket.total < 0
        else:
            history.lines.append(raw)
            history.empty_lines += basket.total < 0
    return history


def key_of(household: int) -> bytes:
    """The tills' key: one household's messages stay in order."""
    return f"household-{household}".encode()


async def publish(
    history: History, places: Places, doors: Doors, producer: AIOKafkaProducer, published: Published
) -> None:
    """All of it is durable when this returns, and counted in `published`."""
    await asyncio.gather(_to_kafka(history, places, producer), _to_the_door(history, doors))
    published.accepted["history-kafka"] += len(history.records) - history.empty_records
    published.accepted["history-http"] += len(history.lines) - history.empty_lines
    if history.empty_records:
        published.dead[EMPTY] += history.empty_records
    if history.empty_lines:
        published.refused[EMPTY] += history.empty_lines


async def _to_kafka(history: History, places: Places, producer: AIOKafkaProducer) -> None:
    topic = wire_name(places.kafka_settings, TOPIC)
    for start in range(0, len(history.records), _CHUNK):
        chunk = history.records[start : start + _CHUNK]
        sent = [await producer.send(topic, value, key=key) for key, value in chunk]
        await asyncio.gather(*sent)


async def _to_the_door(history: History, doors: Doors) -> None:
    if not history.lines:
        return
    answer = await doors.call(
        "POST", "interactions", "/history", "storefront",
        content=b"\n".join(history.lines), headers={"Content-Type": "application/x-ndjson"},
    )  # fmt: skip
    if answer["accepted"] != len(history.lines) - history.empty_lines:
        raise Unexpected(f"the history door accepted {answer['accepted']} lines, {answer['errors'][:3]}")
