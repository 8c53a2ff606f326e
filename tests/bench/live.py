"""Events at a steady rate on interactions-events, and when what they change is on analytics-events."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.bench.ground import Ground, Site
from tests.bench.load import a_fact, an_event, on_the_wire
from tests.bench.measure import NotInTime

_STEP_S = 0.01
# Nothing more is on its way when everything was handled and told, and then for so long.
_SETTLE_S = 2.0
# For lapses that are told late, beyond the time that was asked for.
_PATIENCE_S = 150.0


@dataclass
class Live:
    """Seconds from an event on its topic to its change on the outgoing one, and from exact lapses to theirs."""

    rate: float = 0.0
    entered: list[float] = field(default_factory=list)
    lapsed: list[float] = field(default_factory=list)
    left: int = 0
    """Of the segment that was named, how many left it by time alone."""
    first_lapse: float = math.inf
    last_told: float = -math.inf

    @property
    def lapsing_s(self) -> float:
        """From the first exact instant until the last lapse was told."""
        return self.last_told - self.first_lapse


async def live(
    ground: Ground,
    site: Site,
    ids: Sequence[UUID],
    *,
    rate: float,
    seconds: float,
    warm: float = 2.0,
    until_left: tuple[UUID, int] | None = None,
) -> Live:
    """Publish for `warm` and `seconds`; what was published or fell due in the warm-up is left out.

    `until_left`: go on until so many have left that segment by time alone.
    """
    found, sent_at = Live(), dict[str, float]()
    segment, least = (str(until_left[0]), until_left[1]) if until_left else ("", 0)
    counts_from = time.time() + warm
    consumer = AIOKafkaConsumer(
        f"{site.prefix}analytics-events", bootstrap_servers=ground.dsns.kafka, auto_offset_reset="latest"
    )
    await consumer.start()
    await consumer.seek_to_end()
    try:
        listening = asyncio.create_task(_listen(consumer, sent_at, counts_from, segment, found))

        def goes_on(passed: float) -> bool:
            return passed < warm + seconds or (found.left < least and passed < warm + seconds + _PATIENCE_S)

        before = await _handled(site)
        found.rate = await _publish(ground, site, ids, rate, goes_on, sent_at)
        await _until_all_is_told(site, before + len(sent_at))
        await asyncio.sleep(_SETTLE_S)
        listening.cancel()
    finally:
        await consumer.stop()
    if found.left < least:
        raise NotInTime(f"{found.left:,} of {least:,} lapses were told")
    return found


async def _until_all_is_told(site: Site, handled: int) -> None:
    """Every event was handled, and nothing waits in the outbox. Raises NotInTime: the slowest must not be left out."""
    deadline = time.monotonic() + _PATIENCE_S
    while await _handled(site) < handled or await _unpublished(site):
        if time.monotonic() > deadline:
            raise NotInTime(f"{handled - await _handled(site):,} events were not handled after {_PATIENCE_S:.0f} s")
        await asyncio.sleep(0.25)


async def _handled(site: Site) -> int:
    async with site.database("analytics") as database:
        return int(await database.fetchval("select count(*) from inbox where consumer = 'analytics'"))


async def _unpublished(site: Site) -> bool:
    async with site.database("analytics") as database:
        return bool(await database.fetchval("select exists (select from outbox where not published)"))


async def _publish(
    ground: Ground,
    site: Site,
    ids: Sequence[UUID],
    rate: float,
    goes_on: Callable[[float], bool],
    sent_at: dict[str, float],
) -> float:
    rng, topic = random.Random(7), f"{site.prefix}interactions-events"
    producer = AIOKafkaProducer(bootstrap_servers=ground.dsns.kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        begun, begun_at, sent = time.perf_counter(), time.time(), 0
        while goes_on(passed := time.perf_counter() - begun):
            while sent < passed * rate:
                now = datetime.now(UTC)
                event = an_event(a_fact(rng), rng.choice(ids), now, now)
                key, value, headers = on_the_wire(event)
                # When it was due: a publisher that is held up makes nothing faster.
                sent_at[str(event.id)] = begun_at + sent / rate
                await producer.send(topic, value, key=key, headers=headers)
                sent += 1
            await asyncio.sleep(_STEP_S)
        await producer.flush()
        return sent / (time.perf_counter() - begun)
    finally:
        await producer.stop()


async def _listen(
    consumer: AIOKafkaConsumer, sent_at: dict[str, float], counts_from: float, segment: str, found: Live
) -> None:
    while True:
        batches = await consumer.getmany(timeout_ms=200)
        now = time.time()
        for records in batches.values():
            for record in records:
                _note(orjson.loads(record.value), now, sent_at, counts_from, segment, found)


def _note(
    event: dict[str, Any], now: float, sent_at: dict[str, float], counts_from: float, segment: str, found: Live
) -> None:
    cause = event.get("cause")
    if isinstance(cause, str):
        sent = sent_at.get(cause)
        if sent is not None and sent >= counts_from:
            found.entered.append(now - sent)
        return
    at = datetime.fromisoformat(str(event["time"])).timestamp()
    if at >= counts_from:
        found.lapsed.append(now - at)
        found.left += any(one["segment_id"] == segment for one in event["data"].get("left", ()))
        found.first_lapse, found.last_told = min(found.first_lapse, at), now
