"""The console's server: settings in, an application out. Nothing connects before it starts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

from console.server import health, pages, proxy, signing_in
from console.server.config import SERVICES, Settings
from console.server.context import Context
from console.server.oidc import Provider
from console.server.operations import read_operations
from console.server.protection import Protection
from console.server.sessions import Sessions
from console.server.users import Users
from shared.clock import open_clock
from shared.observability.spans import NO_TELEMETRY
from shared.redis import RateLimit, make_redis
from shared.web import problems
from shared.web.front import Front
from shared.web.service_client import service_client

_PROBE_S = 3.0
# From one address five tries at once, then one in ten seconds; for one name, from all of them together, many more: by
# fewer a single address would lock anybody out whose name it knows.
_TRIES_PER_S, _TRIES_AT_ONCE = 0.1, 5.0
_OF_A_NAME_PER_S, _OF_A_NAME_AT_ONCE = 1.0, 30.0


def create_console(settings: Settings) -> FastAPI:
    """The whole front: sign-in, proxy, pages."""
    app = FastAPI(
        title="Console",
        lifespan=lambda app: _lifespan(app, settings),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # Spans are our own, made by the layer in front.
        telemetry=NO_TELEMETRY,
    )
    app.include_router(health.health_router(settings))
    for module in (signing_in, proxy, health, pages):
        app.include_router(module.router)
    app.state.health = health.create_health_app(settings)
    problems.install(app)
    app.add_middleware(Protection, settings=settings)
    app.add_middleware(Front)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        redis = make_redis(settings)
        stack.push_async_callback(redis.aclose)
        clients = {service: service_client(settings, service, settings.url_of(service)) for service in SERVICES}
        for client in clients.values():
            stack.push_async_callback(client.aclose)
        probe = await stack.enter_async_context(httpx.AsyncClient(timeout=_PROBE_S))
        app.state.context = Context(
            settings=settings,
            redis=redis,
            users=Users(settings.users_file),
            sessions=Sessions(redis, settings),
            operations=read_operations(settings.openapi, SERVICES),
            clients=clients,
            probe=probe,
            tries=RateLimit(redis, "console:sign-in:address", rate=_TRIES_PER_S, burst=_TRIES_AT_ONCE),
            tries_of_name=RateLimit(redis, "console:sign-in:name", rate=_OF_A_NAME_PER_S, burst=_OF_A_NAME_AT_ONCE),
            clock=open_clock(settings.clock_file),
            provider=Provider(settings, redis) if settings.oidc_issuer else None,
        )
        yield
