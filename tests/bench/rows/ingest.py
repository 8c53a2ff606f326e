"""Ingest over HTTP, one by one and in batches, beside an empty handler and the broker's own producer."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator

import orjson

from deploy.local.ports import keep_or_choose
from shared.ids import new_id
from tests.bench.ground import Ground, Site, ended, spawn
from tests.bench.http import Latencies, closed, request
from tests.bench.load import SOURCE, Outgoing, fill, inbound, message
from tests.bench.measure import until
from tests.bench.size import Size
from tests.bench.table import Row

BATCH = 100
_CLIENTS, _BATCH_CLIENTS = 32, 6
_EMPTY = "empty.app"


async def measure(ground: Ground, size: Size) -> list[Row]:
    """One app process; the client and the broker take the machine's other cores."""
    async with ground.site("ingest") as site:
        authorization = site.header("storefront")
        number = iter(range(10**9))

        def single() -> bytes:
            return request("POST", "/events", authorization, orjson.dumps(message(next(number) % 5_000)))

        def batch() -> bytes:
            events = [message(next(number) % 5_000) for _ in range(BATCH)]
            return request("POST", "/events/batch", authorization, orjson.dumps({"events": events}))

        async with _empty(site) as port:
            empty = await closed(port, single, connections=_CLIENTS, seconds=size.ingest_s)
        async with site.running("interactions.app"):
            port = site.installation.ports["interactions.app"]
            singles = await closed(port, single, connections=_CLIENTS, seconds=size.ingest_s)
            batches = await closed(port, batch, connections=_BATCH_CLIENTS, seconds=size.ingest_s)
        bare = await _bare(ground, site, int(size.ingest_s * 10_000))
    return [*_single(singles, empty), *_batch(batches, bare)]


def _single(singles: Latencies, empty: Latencies) -> list[Row]:
    beside = "the same app, empty handler"
    note = f"{_CLIENTS} clients, one app process"
    return [
        Row("ingest", "single, over HTTP", singles.rate, "events/s", empty.rate, beside, target_ratio=0.6, note=note),
        Row("ingest", "single, p50", singles.ms(0.5), "ms", empty.ms(0.5), beside, less_is_better=True),
        Row("ingest", "single, p99", singles.ms(0.99), "ms", empty.ms(0.99), beside, less_is_better=True),
    ]


def _batch(batches: Latencies, bare: float) -> list[Row]:
    note = f"{_BATCH_CLIENTS} clients, one app process"
    return [
        Row("ingest", f"batches of {BATCH}, over HTTP", batches.rate * BATCH, "events/s", bare,
            "the broker's client alone, same records", target=5_000, note=note),
        Row("ingest", f"batch of {BATCH}, p50", batches.ms(0.5), "ms", less_is_better=True),
        Row("ingest", f"batch of {BATCH}, p99", batches.ms(0.99), "ms", less_is_better=True),
    ]  # fmt: skip


@contextlib.asynccontextmanager
async def _empty(site: Site) -> AsyncIterator[int]:
    """The app with an empty handler runs inside."""
    ports = keep_or_choose({}, [_EMPTY, f"{_EMPTY}.health"])
    site.installation.ports |= ports
    env = {**os.environ, **site.installation.environment("interactions.app")}
    env |= {"PORT": str(ports[_EMPTY]), "HEALTH_PORT": str(ports[f"{_EMPTY}.health"])}
    log = site.installation.folder / "empty.log"
    argv = [sys.executable, "-m", "tests.bench.empty"]
    with log.open("ab") as output, ended(spawn(argv, env, output)):

        async def ready() -> bool:
            return b" 200 " in (await site.get(_EMPTY, "/health/ready"))[:20]

        await until(ready, "the empty app ready", 30)
        yield ports[_EMPTY]


async def _bare(ground: Ground, site: Site, count: int) -> float:
    """Events a second that the client library alone brings to the broker, acknowledged."""
    records: list[Outgoing] = [(str(new_id()).encode(), inbound(SOURCE, message(n)), []) for n in range(500)]
    begun = time.perf_counter()
    await fill(ground.dsns.kafka, f"{site.prefix}interactions-inbound", (records[n % 500] for n in range(count)))
    return count / (time.perf_counter() - begun)
