"""One request's trace on real PostgreSQL and Kafka: through the door, its statements, the relay and the consumer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.database.engine import Database
from shared.events.processor import BatchProcessor
from shared.events.relay import Relay
from shared.observability.spans import span, start_spans, stop_spans
from shared.security.api_keys import hash_key
from shared.web.service_client import service_client
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import SUBSCRIPTION, emit, outbox, records_of
from tests.component.kernel.conftest import Settings
from tests.component.kernel.doors import DoorSettings, create
from tests.component.kernel.web.test_serve import served, until_live
from tests.fakes import FixedClock

TRACE = "c" * 32
PARENT = f"00-{TRACE}-{'d' * 16}-01"


@pytest.fixture
def recorded(settings: Settings) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    start_spans(settings, "test", SimpleSpanProcessor(exporter))
    yield exporter
    stop_spans()


def named(recorded: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    """The spans of our trace with this name."""
    return [
        one for one in recorded.get_finished_spans() if one.name == name and f"{one.context.trace_id:032x}" == TRACE
    ]


async def test_a_request_its_statements_and_its_neighbours_are_one_trace(
    recorded: InMemorySpanExporter, settings: Settings, database: Database, kernel_url: str, dsns: Any, tmp_path: Path
) -> None:
    """Catches a hop that begins a trace of its own, and input that leaves with a span."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps([{"id": "till", "sha256": hash_key("key"), "scopes": ["customers:write"]}]))
    made = DoorSettings(
        database_url=kernel_url,
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        api_keys_file=keys,
        service_key="key",
    )
    app = create(made)
    neighbour = service_client(made, "tests", "http://door", inner=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app), neighbour as client:
        with span("caller", parent=PARENT):
            answer = await client.post("/counts", json={"number": 7, "label": "anna@example.test"})
    assert answer.status_code == 201
    (asked,) = named(recorded, "POST")
    (served,) = named(recorded, "POST /counts")
    (stored,) = named(recorded, "INSERT")
    assert served.parent is not None
    assert stored.parent is not None
    assert (served.parent.span_id, stored.parent.span_id) == (asked.context.span_id, served.context.span_id)
    assert served.attributes is not None
    assert (served.attributes["http.route"], served.attributes["http.response.status_code"]) == ("/counts", 201)
    assert "anna" not in "".join(one.to_json() for one in recorded.get_finished_spans())


async def test_an_event_is_seen_where_it_is_published_and_where_it_is_heard(
    recorded: InMemorySpanExporter, settings: Settings, database: Database
) -> None:
    """Catches a trace that ends at the outbox."""
    with span("request", parent=PARENT):
        await emit(database, 1)
    context = WorkerContext(settings, database, FixedClock(), Watchdog([]))
    relaying = asyncio.create_task(Relay(settings).run(context, lambda: None))
    try:
        async with asyncio.timeout(30):
            while not named(recorded, "publish tests.counted.v1"):
                assert not relaying.done()
                await asyncio.sleep(0.05)
    finally:
        relaying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await relaying
    (row,), (record,) = await outbox(database), await records_of(database)
    record = replace(record, headers=[*record.headers, ("traceparent", row["traceparent"].encode())])
    await BatchProcessor(database, SUBSCRIPTION).process([record])
    (heard,) = named(recorded, "hear tests")
    (request,) = named(recorded, "request")
    assert heard.parent is not None
    assert heard.parent.span_id == request.context.span_id
    batch = next(one for one in recorded.get_finished_spans() if one.name == "process tests")
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == [TRACE]
    assert named(recorded, "COPY outbox")


async def test_a_process_sends_its_spans_to_the_collector_that_is_named(
    kernel_url: str, dsns: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches spans that are lost with the process, or sent to nobody."""
    received: list[bytes] = []

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        received.append(head + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(collect, "127.0.0.1", 0) as collector:
        port = collector.sockets[0].getsockname()[1]
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
        async with served(kernel_url, dsns, tmp_path) as (process, url), httpx.AsyncClient(base_url=url) as client:
            await until_live(client)
            await client.get("/counts/open")
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    sent = b"".join(received)
    assert sent.startswith(b"POST /v1/traces")
