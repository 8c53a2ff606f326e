"""Every door of every service refuses who may not come in. Nothing is started: refusals need no server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.registry import SERVICES, make_app, unconnected_settings
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.redis import RateLimit, make_redis
from shared.security.api_keys import BROWSER_SCOPES, SCOPES, ApiKeys, hash_key
from shared.web import AppContext

KERNEL = {
    *(f"GET {path}" for path in ("/health/live", "/health/ready")),
    *(f"{method} {path}" for method in ("GET", "HEAD") for path in ("/docs", "/docs/{file}", "/openapi.json")),
}
# Whoever adds a path here says that anybody on the internet may call it.
PUBLIC: dict[str, set[str]] = {
    "customers": set(),
    "interactions": set(),
    "analytics": set(),
    "campaigns": {f"{method} /t/{kind}/{{token}}" for method in ("GET", "HEAD") for kind in ("c", "o")},
    "privacy": {
        f"{method} /{page}"
        for method in ("GET", "POST")
        for page in (
            "unsubscribe/{token}",
            "forms/{name}",
            "confirm/{token}",
            "preferences/{token}",
            "archives/{token}",
        )
    },
}
# Pages that anybody may look for: their address is printed on posters. What they take is small and counted by address.
WITHOUT_LINK = {"GET /forms/{name}", "POST /forms/{name}"}
# What a key that stands in a page opens. Whoever adds a path here says that anybody who looks at the page may do it to
# everybody: by it nothing is read, nothing is permitted, and nobody is let off a list.
FOR_PAGES: dict[str, set[str]] = {
    "interactions": {
        "POST /events",
        "POST /events/batch",
        "GET /events/schema",
        *(f"POST /v1/{name}" for name in ("identify", "track", "page", "screen", "group", "alias", "batch", "import")),
        *(f"POST /v1/{letter}" for letter in "itpsgab"),
    },
    "privacy": {"POST /consents", "POST /consents/batch", "POST /withdrawals", "POST /signups"},
}
# What to send is described to those who may send.
# What a message must look like, and what became of one's own.
READABLE_BY_WRITERS = {"/events/schema", "/activity"}


@dataclass(frozen=True)
class Door:
    """One method of one route."""

    service: str
    method: str
    template: str
    scope: str | None
    for_pages: bool

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def path(self) -> str:
        """With something in the place of each parameter."""
        parts = ["1" if part.startswith("{") else part for part in self.template.split("/")]
        return "/".join(parts)


def doors_of(service: str, app: FastAPI) -> Iterator[Door]:
    for found in iter_route_contexts(app.routes):
        for method in sorted(found.methods or {"GET"}):
            route = found.original_route
            scope, for_pages = getattr(route, "required_scope", None), getattr(route, "for_pages", False)
            yield Door(service, method, str(found.path), scope, for_pages)


def app_of(service: str, folder: Path) -> FastAPI:
    """The app with keys and without servers. One key per scope lacks just that scope."""
    keys = folder / f"{service}.json"
    entries = [
        {
            "id": f"all-but-{missing}",
            "sha256": hash_key(f"all-but-{missing}"),
            "scopes": sorted(set(SCOPES) - {missing}),
        }
        for missing in SCOPES
    ]
    entries.append({"id": "page", "sha256": hash_key("page"), "scopes": sorted(BROWSER_SCOPES), "trust": "browser"})
    keys.write_text(json.dumps(entries))
    settings = unconnected_settings(service, api_keys_file=keys)
    app = make_app(service, settings)
    clock = SystemClock()
    redis = make_redis(settings)
    app.state.context = AppContext(
        settings=settings,
        database=Database(settings.database_url, source=service, clock=clock),
        clock=clock,
        redis=redis,
        keys=ApiKeys(keys),
        limit=RateLimit(redis, "test", rate=1000, burst=1000),
        producer=None,
        extras={},
    )
    return app


@pytest.mark.parametrize("service", SERVICES)
async def test_every_door_refuses_no_key_a_wrong_key_and_a_wrong_scope(service: str, tmp_path: Path) -> None:
    """Catches a route without a guard, and one whose guard comes after its body was read."""
    app = app_of(service, tmp_path)
    guarded = [door for door in doors_of(service, app) if str(door) not in KERNEL | PUBLIC[service]]
    assert len(guarded) >= 5, "the walk found hardly anything: it does not see the routes"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        for door in guarded:
            assert door.scope is not None, f"{door} names no scope"
            for headers, expected in (
                ({}, 401),
                ({"Authorization": "Bearer wrong"}, 401),
                ({"X-API-Key": "wrong"}, 401),
                ({"Authorization": f"Bearer all-but-{door.scope}"}, 403),
            ):
                answer = await client.request(door.method, door.path, content=b"\xff{", headers=headers)
                assert (answer.status_code, answer.headers["content-type"]) == (
                    expected,
                    "application/problem+json",
                ), f"{door} with {headers}"
                if expected == 403:
                    assert door.scope in answer.json()["detail"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_public_doors_are_those_that_are_listed(service: str, tmp_path: Path) -> None:
    """Catches a door that was opened without anybody looking."""
    open_doors = {str(door) for door in doors_of(service, app_of(service, tmp_path)) if door.scope is None}
    assert open_doors == KERNEL | PUBLIC[service]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_public_door_looks_at_the_link_before_it_waits_for_anything(service: str, tmp_path: Path) -> None:
    """Catches a public route that takes a connection, or awaits a body, for who holds no link of ours."""

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was awaited")
        yield b""

    app = app_of(service, tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        for door in doors_of(service, app):
            if str(door) in PUBLIC[service] - WITHOUT_LINK:
                headers = {"Content-Length": "10", "Idempotency-Key": "x"}
                body = never() if door.method == "POST" else None
                answer = await client.request(door.method, door.path, content=body, headers=headers)
                assert answer.status_code == 404, str(door)


@pytest.mark.parametrize("service", SERVICES)
def test_reading_and_writing_need_different_scopes(service: str, tmp_path: Path) -> None:
    """Catches a key for storefronts that can read: `…:write` opens no GET."""
    wrong = [
        door
        for door in doors_of(service, app_of(service, tmp_path))
        if door.method == "GET" and (door.scope or "").endswith(":write") and door.template not in READABLE_BY_WRITERS
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_pages_key_opens_the_doors_that_are_listed_and_no_other(service: str, tmp_path: Path) -> None:
    """Catches a door that a page's key opens because it has the scope, and nobody thought of who reads pages: consent
    out of files, the suppression list and restrictions once stood open so."""
    app = app_of(service, tmp_path)
    doors = [door for door in doors_of(service, app) if door.scope is not None]
    assert {str(door) for door in doors if door.for_pages} == FOR_PAGES.get(service, set())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        for door in doors:
            if door.scope in BROWSER_SCOPES and not door.for_pages:
                headers = {"Authorization": "Bearer page"}
                answer = await client.request(door.method, door.path, content=b"\xff{", headers=headers)
                assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-pages"), str(door)
