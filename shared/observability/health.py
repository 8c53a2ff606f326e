"""Health of a process: live (its loop turns), ready (what it needs answers), deep (is it getting on).

All of it, with metrics, is told on a port for operators (`create_health_app`); strangers on an app's own port learn
whether it is live and ready, and nothing else. The states of parts, and who is stuck, are worked out in
shared.worker.health.
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
from shared.observability.spans import NO_TELEMETRY
from shared.worker.health import state_of_database

PUBLIC_PATHS = ("/health/live", "/health/ready")
_PROBE_S = 2.0
# Whoever asks more often than this hears the last answer again: probes cost connections, and balancers are many.
_FRESH_S = 1.0

Deep = Callable[[], Awaitable[dict[str, Any]]]


class Context(Protocol):
    """What is looked at; AppContext and WorkerContext both have it."""

    @property
    def settings(self) -> ServiceSettings: ...
    @property
    def database(self) -> Database: ...


def probe_database(settings: ServiceSettings, like: Database) -> Database:
    """A pool for probes alone: one that is exhausted must not make its process look dead. Close it after use."""
    return Database(settings.database_url, source=like.source, clock=like.clock, pool_size=1)


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


class Readiness:
    """Whether what a process needs answers; `needs` are the probes without which it is not ready."""

    def __init__(self, context: Callable[[], Context | None], needs: tuple[str, ...]) -> None:
        self._context = context
        self._needs = needs
        self._asked_at = -_FRESH_S
        self._asking: asyncio.Lock = asyncio.Lock()
        self._checks: dict[str, Any] = {}

    async def checks(self) -> tuple[bool, dict[str, Any]]:
        """The verdict and each probe's outcome, at most a second old."""
        context = self._context()
        if context is None:
            return False, {}
        async with self._asking:
            if MACHINE.monotonic() - self._asked_at >= _FRESH_S:
                database, broker = await asyncio.gather(
                    outcome(database_answers(context.database)), outcome(broker_answers(context.settings))
                )
                self._checks = {"database": database, "broker": broker}
                self._asked_at = MACHINE.monotonic()
        return all(self._checks[need]["ok"] for need in self._needs), self._checks


def create_health_app(service: str, readiness: Readiness, deep: Deep) -> FastAPI:
    """Health and metrics, nothing else: for a port of its own. A `status` other than "ok" in what `deep` finds is a
    503."""
    app = FastAPI(title=f"{service} health", openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
    app.include_router(_router(readiness, shows_checks=True))

    @app.get("/health/deep")
    async def look_deep() -> Response:
        found = await outcome(deep())
        sound = found["ok"] and found.get("status", "ok") == "ok"
        return JSONResponse(found, 200 if sound else 503)

    @app.get("/metrics")
    async def show_metrics() -> Response:
        return Response(metrics.exposition(), media_type=metrics.CONTENT_TYPE)

    return app


def public_router(readiness: Readiness) -> APIRouter:
    """What an app's own port tells: live and ready, for balancers, without a word on why."""
    return _router(readiness, shows_checks=False)


def _router(readiness: Readiness, *, shows_checks: bool) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def live() -> Response:
        return JSONResponse({"status": "live"})

    async def ready() -> Response:
        ok, checks = await readiness.checks()
        shown = {"checks": checks} if shows_checks else {}
        return JSONResponse({"status": "ready" if ok else "not ready", **shown}, 200 if ok else 503)

    for path, endpoint in zip(PUBLIC_PATHS, (live, ready), strict=True):
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
    """The worker's own small HTTP side; `deep` is usually shared.worker.health.deep_of_worker."""
    return create_health_app(context.settings.service, Readiness(lambda: context, ("database", "broker")), deep)
