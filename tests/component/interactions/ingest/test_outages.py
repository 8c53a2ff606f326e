"""The doors while a part is away: 503 that tells "surely not" from "unknown", and publishing without a database."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiokafka.conn import create_conn

from services.interactions import app as app_module
from services.interactions.config import Settings
from tests.component.interactions.builders import a_purchase
from tests.component.interactions.conftest import WRITER, DrivenWorker, as_


@contextlib.asynccontextmanager
async def _app(settings: Settings, **changes: object) -> AsyncIterator[httpx.AsyncClient]:
    """Another app, with other settings."""
    made = app_module.create(settings.model_copy(update=changes))
    transport = httpx.ASGITransport(app=made, raise_app_exceptions=False)
    async with (
        made.router.lifespan_context(made),
        httpx.AsyncClient(transport=transport, base_url="http://app", headers=as_(WRITER)) as client,
    ):
        yield client


class SilentBroker:
    """A TCP proxy before the real broker, which gets everything; its answers pass while `answering` is set."""

    def __init__(self) -> None:
        self.answering = asyncio.Event()
        self.answering.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, bootstrap: str) -> int:
        """Listen on a free port, which is returned."""
        self._broker = bootstrap.rsplit(":", 1)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Cut everything."""
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._broker
        answers, questions = await asyncio.open_connection(host, int(port))
        for source, target, held in ((reader, questions, False), (answers, writer, True)):
            task = asyncio.create_task(self._pass_on(source, target, held))
            self._tasks.add(task)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, held: bool) -> None:
        while data := await source.read(65_536):
            if held:
                await self.answering.wait()
            target.write(data)
        target.close()


@pytest.fixture
async def broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SilentBroker]:
    """Every Kafka client made from now on goes through the proxy, whatever address the broker tells it."""
    made = SilentBroker()
    port = await made.open(settings.kafka_bootstrap)

    async def through(host: str, _port: int, **options: Any) -> Any:
        return await create_conn("127.0.0.1", port, **options)

    monkeypatch.setattr("aiokafka.client.create_conn", through)
    yield made
    made.answering.set()
    await made.close()


async def test_without_a_confirmation_the_answer_is_unknown_and_says_so(
    settings: Settings, worker: DrivenWorker, broker: SilentBroker
) -> None:
    """Would catch a 202 for what the broker has not confirmed, a refusal that sounds final, and a double recording."""
    single, batched = a_purchase(), a_purchase()
    async with _app(settings, confirm_timeout_s=0.5) as api:
        assert (await api.post("/events", json=a_purchase())).status_code == 202
        broker.answering.clear()
        for path, body in (("/events", single), ("/events/batch", {"events": [batched]})):
            answer = await api.post(path, json=body)
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["outcome"] == "unknown"
            assert "same message ids" in answer.json()["cure"]
        history = await api.post("/history", content="\n".join(json.dumps(a_purchase()) for _ in range(3)))
        assert history.status_code == 503
        assert history.json()["lines_done"] == 0
        assert "line 1" in history.json()["cure"]
        broker.answering.set()
        # As it was told: the same again.
        for body in (single, batched):
            assert (await api.post("/events", json=body)).status_code == 202
    await worker.drain()
    recorded = "select count(*) from interactions where message_id = any(cast(:ids as text[]))"
    assert await worker.value(recorded, ids=[single["message_id"], batched["message_id"]]) == 2


async def test_without_a_topic_nothing_was_accepted_and_the_answer_says_so(settings: Settings) -> None:
    """Would catch an "unknown" for what surely was not sent."""
    async with _app(settings, topic_prefix=f"{settings.topic_prefix}none-", confirm_timeout_s=0.5) as api:
        answer = await api.post("/events", json=a_purchase())
        assert answer.status_code == 503, answer.text
        assert "nothing was accepted" in answer.json()["detail"]
        assert "retry-after" in answer.headers


async def test_publishing_goes_on_without_the_database(settings: Settings, worker: DrivenWorker) -> None:
    """Would catch an ingest that stands still whenever PostgreSQL does."""
    nowhere = "postgresql://nobody:nothing@127.0.0.1:1/none"
    body = a_purchase()
    async with _app(settings, database_url=nowhere) as api:
        assert (await api.post("/events", json=body)).status_code == 202
    await worker.drain()
    assert await worker.value("select count(*) from interactions where message_id = :id", id=body["message_id"]) == 1
