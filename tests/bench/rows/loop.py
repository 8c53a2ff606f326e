"""The whole loop: an event is published, and a message is accepted by the mail server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from tests.bench.load import SOURCE, address, inbound, message
from tests.bench.market import Market
from tests.bench.measure import percentile
from tests.bench.size import Size
from tests.bench.table import Row

RATE, HELD_S = 50, 1.5
_WARM, _PATIENCE_S = 40, 20.0


async def measure(market: Market, size: Size) -> list[Row]:
    """Each event is a customer's first purchase, which is the entry to a segment, which a campaign answers."""
    segment = await market.segment(
        "Buyers", {"event": "purchase", "agg": "count", "window": {"last": "P1D"}, "op": "gte", "value": 1}
    )
    campaign = await market.campaign("Thanks", {"kind": "segment_entered", "segment_id": segment})
    await market.act(campaign, "start")
    counts = [_WARM, int(RATE * size.loop_s), *(int(rate * size.loop_s / 2) for rate in size.loop_rates)]
    everybody = await market.customers(sum(counts))
    turns = [everybody[sum(counts[:n]) : sum(counts[: n + 1])] for n in range(len(counts))]
    await once(market, turns[0], RATE)
    latencies = await once(market, turns[1], RATE)
    note = f"{len(latencies)} of {len(turns[1])} arrived"
    held, p99 = await _highest(market, list(zip(size.loop_rates, turns[2:], strict=True)), percentile(latencies, 0.99))
    return [
        Row("loop", f"event published → accepted by SMTP, p50 at {RATE}/s", percentile(latencies, 0.5), "s",
            less_is_better=True, note=note),
        Row("loop", f"event published → accepted by SMTP, p99 at {RATE}/s", percentile(latencies, 0.99), "s",
            target=HELD_S, less_is_better=True),
        Row("loop", f"highest rate tried with p99 ≤ {HELD_S} s", held, "events/s", target=300, note=p99),
    ]  # fmt: skip


async def _highest(market: Market, steps: Sequence[tuple[int, range]], at_first: float) -> tuple[float, str]:
    """Up the steps for as long as they hold; the last that did, and what each showed."""
    held, shown = (RATE if at_first <= HELD_S else 0), [f"{RATE}/s: {at_first:.2f} s"]
    for rate, numbers in steps:
        latencies = await once(market, numbers, rate)
        p99 = percentile(latencies, 0.99)
        shown.append(f"{rate}/s: {p99:.2f} s")
        if p99 > HELD_S:
            break
        held = rate
    return float(held), "p99 at " + ", ".join(shown)


async def once(market: Market, numbers: range, rate: float) -> list[float]:
    """One purchase of each, at a steady rate; seconds from the moment at which each was due until it was written to: a
    publisher that is held up does not make anything faster. What never came counts as long."""
    sent: dict[str, float] = {}
    market.sink.accepted()
    producer = AIOKafkaProducer(bootstrap_servers=market.ground.dsns.kafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        topic = f"{market.site.prefix}interactions-inbound"
        begun, begun_at = time.perf_counter(), time.time()
        for place, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, begun + place / rate - time.perf_counter()))
            sent[address(number)] = begun_at + place / rate
            await producer.send(topic, inbound(SOURCE, message(number)), key=str(market.ids[number]).encode())
    finally:
        await producer.stop()
    arrived: dict[str, float] = {}
    deadline = time.monotonic() + _PATIENCE_S
    while len(arrived) < len(sent) and time.monotonic() < deadline:
        for at, who in market.sink.accepted():
            if who in sent:
                arrived[who] = at - sent[who]
        await asyncio.sleep(0.1)
    return [arrived.get(who, _PATIENCE_S) for who in sent]
