"""The console's server in this process, with a real Redis, and five services that answer what they were asked."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from console.server.app import create_console
from console.server.config import SERVICES, Settings
from console.server.users import Users
from deploy.local import Dsns
from shared.web.service_client import service_client

PASSWORD = "correct horse battery"
ORIGIN = "http://console.test"


@dataclass
class Services:
    """Answers with what arrived; `answer` replaces it."""

    seen: list[httpx.Request] = field(default_factory=list)
    answer: httpx.Response | httpx.TransportError | None = None

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if isinstance(self.answer, httpx.TransportError):
            raise self.answer
        return self.answer or httpx.Response(200, json={"path": request.url.raw_path.decode()})


@dataclass
class Console:
    """A browser's view of it: cookies are kept, changes carry the page's origin."""

    app: FastAPI
    http: httpx.AsyncClient
    users: Users
    services: Services

    async def enter(self, role: str) -> None:
        """Sign in as somebody of this role."""
        self.users.add(role, [role], PASSWORD)
        answer = await self.post("/auth/sign-in", {"name": role, "password": PASSWORD})
        assert answer.status_code == 204, answer.text

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        """A change as our own pages send it."""
        return await self.http.post(path, json=body, headers={"Origin": ORIGIN, **headers})


@pytest.fixture
def settings(dsns: Dsns, tmp_path: Path) -> Settings:
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text('<meta name="csp-nonce" content="__NONCE__"><div id="root"></div>')
    (pages / "assets" / "index-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    urls: dict[str, Any] = {f"{service}_url": f"http://{service}.test" for service in SERVICES}
    return Settings(redis_url=dsns.redis, users_file=tmp_path / "users.json", pages=pages, **urls)


@pytest.fixture
async def console(settings: Settings) -> AsyncIterator[Console]:
    services = Services()
    app = create_console(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.MockTransport(services.handle)
        clients = {name: service_client(settings, name, settings.url_of(name), inner=transport) for name in SERVICES}
        probe = httpx.AsyncClient(transport=transport)
        app.state.context = dataclasses.replace(app.state.context, clients=clients, probe=probe)
        # Guessing is slowed down by name and address; each test begins anew.
        await app.state.context.redis.delete(
            *[key async for key in app.state.context.redis.scan_iter("bucket:console:sign-in:*")] or ["none"]
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as http:
            yield Console(app, http, Users(settings.users_file), services)


def problem(answer: httpx.Response) -> str:
    """The slug of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    return str(json.loads(answer.content)["type"]).removeprefix("/problems/")
