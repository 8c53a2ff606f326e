"""The doors without servers: who is let in, what is read of a body, how a fault is reported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import fastapi
import httpx
import pytest
from starlette.types import Message

from shared.errors import TooLarge
from shared.security.api_keys import hash_key
from shared.web import APIRouter, UnguardedRoute, create_app, requires
from shared.web.body import DoorRequest
from tests.component.kernel.doors import DoorSettings, create

JSON = {"content-type": "application/json"}


@pytest.fixture
def settings(tmp_path: Path) -> DoorSettings:
    keys = tmp_path / "keys.json"
    keys.write_text(
        json.dumps([{"id": "till", "sha256": hash_key("key"), "scopes": ["customers:write", "customers:read"]}])
    )
    nowhere = "127.0.0.1:1"
    return DoorSettings(
        database_url=f"postgresql://nobody:none@{nowhere}/none",
        kafka_bootstrap=nowhere,
        redis_url=f"redis://{nowhere}/0",
        api_keys_file=keys,
    )


@pytest.fixture
async def client(settings: DoorSettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://door", headers={"X-API-Key": "key"}) as opened,
    ):
        yield opened


def problem_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, slug and first place; every refusal is a whole problem."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    assert body["cure"]
    places = [error["where"] for error in body["errors"]]
    assert all(error["what"] and error["cure"] for error in body["errors"])
    return answer.status_code, body["type"].removeprefix("/problems/"), places[0] if places else "-"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"number":1', (400, "malformed-body", "")),
        (b'{"number":NaN}', (400, "malformed-body", "")),
        (b'{"label":"\xff"}', (400, "malformed-body", "")),
        (b'{"label":"\\ud800"}', (400, "malformed-body", "")),
        (b'{"label":"\\u0000"}', (422, "invalid-request", "/label")),
        (b'{"number":99999999999999999999}', (422, "invalid-request", "/number")),
        (b'{"label":' + b"[" * 40 + b"]" * 40 + b"}", (422, "invalid-request", "/label" + "/0" * 31)),
        (b'{"number":"x"}', (422, "invalid-request", "/number")),
        (b'{"number":1,"colour":1}', (422, "invalid-request", "/colour")),
        (b"[]", (422, "invalid-request", "")),
        (b"", (422, "invalid-request", "")),
    ],
)
async def test_a_bad_body_is_told_with_its_place(
    client: httpx.AsyncClient, body: bytes, expected: tuple[int, str, str]
) -> None:
    assert problem_of(await client.post("/counts/wide", content=body, headers=JSON)) == expected


@pytest.mark.parametrize(
    "headers",
    [{}, {"content-type": "text/plain"}, {"content-type": "application/xml"}, {**JSON, "content-encoding": "gzip"}],
)
async def test_only_plain_json_is_taken(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert problem_of(await client.post("/counts/wide", content=b'{"number":1}', headers=headers))[0] == 415


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "application/cloudevents+json", "APPLICATION/JSON"]
)
async def test_json_by_its_other_names_is_taken(client: httpx.AsyncClient, media: str) -> None:
    answer = await client.post("/counts/wide", content=b'{"number":1}', headers={"content-type": media})
    assert answer.status_code == 200


async def test_a_route_may_take_more_than_a_megabyte_and_no_more_than_it_says(client: httpx.AsyncClient) -> None:
    wide, wider = [json.dumps({"number": 1, "label": "x" * size}).encode() for size in (2_000_000, 3_000_000)]
    assert (await client.post("/counts/wide", content=wide, headers=JSON)).json() == 2_000_000
    assert problem_of(await client.post("/counts/wide", content=wider, headers=JSON))[0] == 413
    assert problem_of(await client.post("/counts", content=wide, headers=JSON))[0] == 413


async def test_reading_stops_where_the_limit_is_passed() -> None:
    """A door that reads everything and measures afterwards would hold what a hostile caller sends."""
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    door = DoorRequest({"type": "http", "headers": [], "method": "POST"}, receive, limit=1000)
    with pytest.raises(TooLarge):
        await door.body()
    assert asked == 11


async def test_an_announced_length_is_refused_before_anything_is_read() -> None:
    async def receive() -> Message:
        raise AssertionError("read")

    headers = [(b"content-length", b"1001")]
    with pytest.raises(TooLarge):
        await DoorRequest({"type": "http", "headers": headers, "method": "POST"}, receive, limit=1000).body()


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/counts/found/a%00b", "path:name"),
        (f"/counts/found/{'x' * 600}", "path:name"),
        ("/counts/found/a?limit=%00", "query:limit"),
        ("/counts/found/a?limit=x", "query:limit"),
        (f"/counts/found/a?q={'x' * 9000}", "query:"),
    ],
)
async def test_odd_parameters_are_refused(client: httpx.AsyncClient, path: str, where: str) -> None:
    assert problem_of(await client.get(path)) == (422, "invalid-request", where)


async def test_who_may_not_come_in_is_told_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    for body in (b"{", b"\xff", b" " * 2_000_000):
        nobody = await client.post("/counts", content=body, headers={**JSON, "X-API-Key": ""})
        assert problem_of(nobody)[:2] == (401, "unauthorized")
        assert nobody.headers["www-authenticate"].startswith("Bearer")
    unknown = await client.post("/counts", headers={"Authorization": "Bearer other"})
    assert problem_of(unknown)[0] == 401
    denied = await client.get("/dead-letters")
    assert problem_of(denied)[0] == 403
    assert "operations" in denied.json()["cure"]


@pytest.mark.parametrize("authorization", ["Basic a2V5", "Bearer", "Bearer ", "bearer wrong", "key"])
async def test_other_ways_to_show_a_key_are_no_key(client: httpx.AsyncClient, authorization: str) -> None:
    headers = {"Authorization": authorization, "X-API-Key": ""}
    assert (await client.post("/counts", headers=headers)).status_code == 401


async def test_a_public_door_knows_its_caller_when_a_key_is_shown(client: httpx.AsyncClient) -> None:
    assert (await client.get("/counts/open")).json() == "till"
    assert (await client.get("/counts/open", headers={"X-API-Key": "other"})).json() == ""


async def test_unknown_paths_and_methods_are_problems_too(client: httpx.AsyncClient) -> None:
    assert problem_of(await client.get("/nowhere"))[:2] == (404, "no-such-path")
    not_taken = await client.delete("/counts")
    assert problem_of(not_taken)[:2] == (405, "method-not-allowed")
    assert not_taken.headers["allow"] == "POST"


def test_an_app_with_an_unguarded_route_is_not_made(settings: DoorSettings) -> None:
    async def door() -> None: ...

    def with_route(router: fastapi.APIRouter, **options: Any) -> APIRouter:
        router.add_api_route("/door", door, **options)
        return router  # type: ignore[return-value]

    guarded = with_route(APIRouter(), dependencies=[requires("operations")])
    create_app(settings, [guarded])
    create_app(settings, [with_route(APIRouter())], public={"/door"})
    for router, public in (
        (with_route(APIRouter()), set[str]()),
        (guarded, {"/door"}),
        (with_route(fastapi.APIRouter(), dependencies=[requires("operations")]), set[str]()),
        (guarded, {"/gone"}),
    ):
        with pytest.raises(UnguardedRoute):
            create_app(settings, [router], public=public)
    with pytest.raises(ValueError, match="not a scope"):
        requires("customers:everything")


def test_the_document_names_scope_problems_and_key_header(settings: DoorSettings) -> None:
    document = create(settings).openapi()
    post = document["paths"]["/counts"]["post"]
    assert post["x-scope"] == "customers:write"
    with_body = {"400", "408", "413", "415"}
    always = {"401", "403", "422", "429", "500", "503"}
    assert post["responses"].keys() == {"201", "404", "409"} | with_body | always
    assert "Retry-After" in post["responses"]["503"]["headers"]
    assert [parameter["name"] for parameter in post["parameters"]] == ["Idempotency-Key"]
    stranger = document["paths"]["/counts/open"]["get"]
    assert "security" not in stranger
    assert stranger["responses"].keys() == {"200"} | always - {"401", "403"}
    found = document["paths"]["/counts/found/{name}"]["get"]
    assert found["responses"].keys() == {"200", "404"} | always
    named = [parameter["name"] for parameter in document["paths"]["/counts/found/{name}"]["get"]["parameters"]]
    assert sorted(named) == ["limit", "name"]
