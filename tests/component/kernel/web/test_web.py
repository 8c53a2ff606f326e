"""The doors on real PostgreSQL and Redis: answered after the commit, once per key, and never with internals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.security.api_keys import hash_key
from shared.web.idempotency import forget_old
from tests.component.kernel.doors import DoorSettings, create

KEYS = [
    {"id": "till", "sha256": hash_key("till-key"), "scopes": ["customers:write", "customers:read"]},
    {"id": "desk", "sha256": hash_key("desk-key"), "scopes": ["customers:write"]},
    {"id": "operator", "sha256": hash_key("operator-key"), "scopes": ["operations"]},
]


@pytest.fixture
async def door_settings(kernel_url: str, dsns: Any, tmp_path: Path, session_id: str) -> ServiceSettings:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(KEYS))
    return DoorSettings(database_url=kernel_url, kafka_bootstrap=dsns.kafka, redis_url=dsns.redis, api_keys_file=keys)


@asynccontextmanager
async def running(settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://door", headers={"X-API-Key": "till-key"}
        ) as client,
    ):
        yield client


@asynccontextmanager
async def operators(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the operators' port of the same app."""
    app: Any = client._transport.app  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.state.health), base_url="http://health") as opened:
        yield opened


@pytest.fixture
async def client(door_settings: ServiceSettings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with database.transaction() as tx:
        await tx.execute("truncate idempotency")
    async with running(door_settings) as opened:
        yield opened


async def effects(database: Database) -> int:
    async with database.transaction() as tx:
        return int(await tx.value("select count(*) from effects"))


async def effects_seen_when_answered(settings: ServiceSettings, database: Database, path: str) -> int:
    """How many effects another connection sees at the moment at which the answer's first byte leaves."""
    app = create(settings)
    seen: list[int] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def look(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(await effects(database))
            await send(message)

        await app(scope, receive, look)

    transport = httpx.ASGITransport(watched)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://door", headers={"X-API-Key": "till-key"}) as client,
    ):
        answer = await client.post(path, json={"number": 1})
        assert answer.is_success
    return seen[0]


async def test_the_answer_leaves_after_the_commit(door_settings: ServiceSettings, database: Database) -> None:
    assert await effects_seen_when_answered(door_settings, database, "/counts") == 1


async def test_with_the_ordinary_scope_it_would_leave_before(
    door_settings: ServiceSettings, database: Database
) -> None:
    """Shows that the test above would notice."""
    assert await effects_seen_when_answered(door_settings, database, "/counts/late") == 0


async def test_a_repeat_with_its_key_gets_the_first_answer_and_changes_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    first, second = [
        await client.post("/counts", json={"number": 7}, headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["content-type"] == first.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await effects(database) == 1


async def test_two_at_once_with_one_key_have_one_effect_and_one_answer(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(
        *(client.post("/counts", json={"number": 7}, headers={"Idempotency-Key": "same"}) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await effects(database) == 1


async def test_a_key_belongs_to_its_request_and_to_its_caller(client: httpx.AsyncClient, database: Database) -> None:
    key = {"Idempotency-Key": "mine"}
    await client.post("/counts", json={"number": 1}, headers=key)
    other = await client.post("/counts", json={"number": 2}, headers=key)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    elsewhere = await client.post("/counts", json={"number": 2}, headers={**key, "X-API-Key": "desk-key"})
    assert elsewhere.json()["by"] == "desk"
    assert await effects(database) == 2


async def test_anothers_key_with_the_very_same_body_is_another_request(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches answers that are kept by key and body alone: whoever guesses a key would read what another was told."""
    key, body = {"Idempotency-Key": "order-1"}, {"number": 5}
    mine = await client.post("/counts", json=body, headers=key)
    theirs = await client.post("/counts", json=body, headers={**key, "X-API-Key": "desk-key"})
    assert (mine.json()["by"], theirs.json()["by"]) == ("till", "desk")
    assert mine.json()["token"] != theirs.json()["token"]
    assert "idempotent-replayed" not in theirs.headers
    assert await effects(database) == 2


async def test_a_key_that_is_none_is_refused_with_its_cure(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a key of any length or kind in an index, and one that is silently not used."""
    for key in ("", "k" * 300, "tab\there"):
        refused = await client.post("/counts", json={"number": 1}, headers={"Idempotency-Key": key})
        assert refused.json()["type"] == "/problems/invalid-idempotency-key"
    assert (await client.get("/docs/nothing.js")).json()["type"] == "/problems/no-such-file"
    assert await effects(database) == 0


async def test_a_refusal_is_not_kept_and_leaves_nothing(client: httpx.AsyncClient, database: Database) -> None:
    refused = [await client.post("/counts", json={"number": -1}, headers={"Idempotency-Key": "no"}) for _ in range(2)]
    refused += [await client.post("/counts/answered", headers={"Idempotency-Key": "nor this"}) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [409] * 4
    assert all("idempotent-replayed" not in answer.headers for answer in refused)
    assert await effects(database) == 0
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from idempotency") == 0


async def test_change_and_kept_answer_are_one_transaction(client: httpx.AsyncClient, database: Database) -> None:
    """An answer that cannot be kept takes the change back: a wrapper outside the transaction would leave it."""
    streamed = await client.post("/counts/streamed", json={"number": 1}, headers={"Idempotency-Key": "s"})
    assert streamed.status_code == 500
    assert await effects(database) == 0


@pytest.mark.parametrize("key", ["", "x" * 256, "two\twords"])
async def test_an_unusable_key_is_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.post("/counts", json={"number": 1}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header:idempotency-key"


async def test_kept_answers_are_forgotten_after_their_day(client: httpx.AsyncClient, database: Database) -> None:
    for key in ("old", "young"):
        await client.post("/counts", json={"number": 1}, headers={"Idempotency-Key": key})
    async with database.transaction() as tx:
        await tx.execute("update idempotency set created_at = created_at - interval '25 hours' where key = 'old'")
    # The app's own housekeeping may have been first.
    assert await forget_old(database) <= 1
    again = await client.post("/counts", json={"number": 1}, headers={"Idempotency-Key": "young"})
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("sqlstate", "status"), [("40001", 503), ("53100", 503), ("23505", 409), ("22003", 422), ("23514", 500)]
)
async def test_a_failing_commit_is_a_problem_and_not_a_success(
    client: httpx.AsyncClient, database: Database, sqlstate: str, status: int
) -> None:
    answer = await client.post(f"/counts/deferred/{sqlstate}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "anna" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
    assert await effects(database) == 0


async def test_a_fault_of_ours_tells_the_caller_and_the_log_nothing_private(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.get("/counts/broken", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert answer.status_code == 500
    assert answer.json()["trace_id"] == "a" * 32
    assert "anna" not in answer.text
    assert "RuntimeError" in caplog.text
    assert "doors.py" in caplog.text
    assert "anna" not in caplog.text


async def test_without_its_database_a_door_says_try_again(door_settings: ServiceSettings) -> None:
    away = door_settings.model_copy(update={"database_url": "postgresql://nobody:none@127.0.0.1:1/none"})
    async with running(away) as client:
        answer = await client.post("/counts", json={"number": 1})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503
        async with operators(client) as operator:
            assert (await operator.get("/health/deep")).json()["database"]["ok"] is False


async def test_operators_are_told_what_is_there_on_their_own_port(client: httpx.AsyncClient) -> None:
    del client.headers["X-API-Key"]
    await client.get("/counts/found/anna")
    async with operators(client) as operator:
        ready = await operator.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"].keys()) == (200, {"database", "broker"})
        deep = (await operator.get("/health/deep")).json()
        assert (deep["status"], deep["redis"]["ok"], deep["database"]["dead_letters_open"]) == ("ok", True, 0)
        shown = (await operator.get("/metrics")).text
    assert 'crm_http_requests_total{method="GET",route="/counts/found/{name}",status="401"}' in shown
    assert "anna" not in shown


async def test_strangers_learn_that_it_is_ready_and_nothing_else(client: httpx.AsyncClient) -> None:
    """Catches numbers, names of neighbours and metrics on the port that the internet reaches."""
    del client.headers["X-API-Key"]
    assert (await client.get("/health/live")).json() == {"status": "live"}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    for path in ("/health/deep", "/metrics"):
        assert (await client.get(path)).status_code == 404


async def test_a_caller_above_the_rate_is_sent_away_for_a_while(
    door_settings: ServiceSettings, session_id: str
) -> None:
    class Slow(DoorSettings):
        service = f"slow-{session_id}"

    slow = Slow(**{**door_settings.model_dump(), "requests_per_second": 0.2})
    async with running(slow) as client, running(slow) as twin:
        answers = [await caller.get("/counts/found/x") for caller in (client, twin, client)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        other = await client.post("/counts/wide", json={"number": 1}, headers={"X-API-Key": "desk-key"})
        assert other.status_code == 200


async def test_losing_redis_opens_the_doors_rather_than_closing_them(door_settings: ServiceSettings) -> None:
    async with running(door_settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})) as client:
        assert (await client.get("/counts/found/x")).status_code == 200


async def test_a_changed_key_file_counts_at_once_and_a_broken_one_keeps_what_it_lists(
    door_settings: ServiceSettings, client: httpx.AsyncClient
) -> None:
    fresh = {"X-API-Key": "fresh-key"}
    assert (await client.get("/counts/found/x", headers=fresh)).status_code == 401
    entry = {"id": "till", "sha256": hash_key("fresh-key"), "scopes": ["customers:read"]}
    door_settings.api_keys_file.write_text(json.dumps([*KEYS, entry]))
    assert (await client.get("/counts/found/x", headers=fresh)).status_code == 200
    assert (await client.get("/counts/found/x")).status_code == 200, "rotation: both keys of the id are good"
    door_settings.api_keys_file.write_text(json.dumps([entry])[:-1])
    assert (await client.get("/counts/found/x", headers=fresh)).status_code == 200
    assert (await client.get("/counts/found/x")).status_code == 401, "taken out by whoever broke the file"
