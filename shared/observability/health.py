"""Health of a process: live (its loop turns), ready (what it needs answers), deep (is it getting on).

The states of parts, and who is stuck, are worked out in shared.progress.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.routing import APIRouter
from redis.asyncio import Redis
from starlette.responses import JSONResponse, Response

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.observability import metrics
from shared.worker.health import state_of_database

PATHS = ("/health/live", "/health/ready", "/health/deep", "/metrics")
_PROBE_S = 2.0

Deep = Callable[[], Awaitable[dict[str, Any]]]


class Context(Protocol):
    """What is looked at; AppContext and WorkerContext both have it."""

    @property
    def settings(self) -> ServiceSettings: ...
    @property
    def database(self) -> Database: ...


async def database_answers(database: Database) -> None:
    """Raises when it does not."""
    async with database.transaction() as tx:
        await tx.value("select 1")


async def broker_answers(settings: ServiceSettings) -> None:
    """Raises when no bootstrap server accepts a connection."""
    failure: OSError | None = None
    for server in settings.kafka_bootstrap.split(","):
        host, _, port = server.strip().rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError as error:
            failure = error
        else:
            writer.close()
            return
    raise failure or OSError("no broker is named")


async def outcome(probe: Awaitable[Any]) -> dict[str, Any]:
    """{"ok", "seconds"} and what the probe found, or the kind of its failure. Never raises, never waits long."""
    began = MACHINE.monotonic()
    try:
        async with asyncio.timeout(_PROBE_S):
            found = await probe
    except Exception as error:
        return {"ok": False, "error": type(error).__name__, "seconds": round(MACHINE.monotonic() - began, 3)}
    shown = found if isinstance(found, dict) else {}
    return {"ok": True, "seconds": round(MACHINE.monotonic() - began, 3), **shown}


def health_router(context: Callable[[], Context], deep: Deep, *, needs: tuple[str, ...]) -> APIRouter:
    """The health and metrics routes. `needs` are the probes without which the process is not ready."""
    router = APIRouter(include_in_schema=False)

    async def live() -> Response:
        return JSONResponse({"status": "live"})

    async def ready() -> Response:
        here = context()
        database, broker = await asyncio.gather(
            outcome(database_answers(here.database)), outcome(broker_answers(here.settings))
        )
        checks = {"database": database, "broker": broker}
        ok = all(checks[need]["ok"] for need in needs)
        return JSONResponse({"status": "ready" if ok else "not ready", "checks": checks}, 200 if ok else 503)

    async def look_deep() -> Response:
        found = await outcome(deep())
        sound = found["ok"] and found.get("status", "ok") == "ok"
        return JSONResponse(found, 200 if sound else 503)

    async def show_metrics() -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    for path, endpoint in zip(PATHS, (live, ready, look_deep, show_metrics), strict=True):
        router.add_api_route(path, endpoint, methods=["GET"])
    return router


async def deep_of_app(context: Context, redis: Redis) -> dict[str, Any]:
    """What an app's /health/deep says; Redis away is shown and is no fault."""
    database, broker, cache = await asyncio.gather(
        outcome(state_of_database(context.database)), outcome(broker_answers(context.settings)), outcome(_ping(redis))
    )
    sound = database["ok"] and broker["ok"]
    return {"status": "ok" if sound else "degraded", "database": database, "broker": broker, "redis": cache}


async def _ping(redis: Redis) -> None:
    await redis.ping()


def create_worker_app(context: Context, deep: Deep) -> FastAPI:
    """The worker's own small HTTP side: health and metrics, nothing else. Serve it on `worker_port`.

    `deep` is usually shared.progress.deep_of_worker; a `status` other than "ok" in its answer makes it a 503.
    """
    app = FastAPI(title=f"{context.settings.service} worker", openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(health_router(lambda: context, deep, needs=("database", "broker")))
    return app
