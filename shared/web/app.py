"""One app: settings and routers in, the whole HTTP front out. Nothing connects before it starts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from redis.asyncio import Redis
from starlette.middleware.cors import CORSMiddleware

from shared.bounded import within
from shared.clock import open_clock
from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.kafka.clients import make_producer
from shared.observability import health
from shared.observability.logging import get_logger
from shared.observability.spans import NO_TELEMETRY
from shared.redis import RateLimit, make_redis
from shared.security.api_keys import ApiKeys, BadKeyFile
from shared.web import dead_letter_routes, docs_page, problems, subject_data_routes
from shared.web.body import Bodies, Pauses
from shared.web.context import AppContext
from shared.web.docs import openapi_of
from shared.web.front import Front
from shared.web.idempotency import forget_old
from shared.web.route import APIRouter, DoorRoute
from shared.web.words import Words

log = get_logger(__name__)

KERNEL_PUBLIC = frozenset({*health.PUBLIC_PATHS, *docs_page.PATHS})
# Three things are closed one after another; with the drain before them a stop takes 20 s at most.
_CLOSE_S = 2.5
_HOUSEKEEPING_S = 600.0
# A key, or an address, may come with this many seconds of its rate at once.
_BURST_S = 10
# Connections to the database (and as many again when it is busy) for all routes without a key together.
_STRANGERS_POOL = 3

OnStart = Callable[[AppContext], contextlib.AbstractAsyncContextManager[None]]


class UnguardedRoute(Exception):
    """A route that neither names a scope nor stands in the list of public ones."""


def create_app(
    settings: ServiceSettings,
    routers: Iterable[APIRouter],
    *,
    public: Iterable[str] = (),
    producer: bool = False,
    on_start: OnStart | None = None,
    words: Words | None = None,
) -> FastAPI:
    """The app of one service.

    `public` lists the paths (templates, as routes write them) that need no key; every other route must name its scope,
    or the app refuses to be made. `producer` opens a Kafka producer at start (context.producer). `on_start` is an async
    context manager that gets the context, opens what the service needs besides (clients) and closes it again. `words`
    are told in its document.
    """
    title = settings.service.capitalize()
    app = FastAPI(
        title=title,
        version="1",
        description=f"The HTTP API of {settings.service}. Refusals are problem+json and say cause and cure.",
        lifespan=lambda app: _lifespan(app, settings, producer=producer, on_start=on_start),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=NO_TELEMETRY,
    )
    app.state.words = words or Words()
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]
    for router in (*routers, dead_letter_routes.router, subject_data_routes.router):
        app.include_router(router)
    app.include_router(docs_page.docs_router(app))
    readiness = health.Readiness(lambda: getattr(app.state, "probed", None), ("broker",) if producer else ("database",))
    app.include_router(health.public_router(readiness))
    # Served on a port of its own (shared.web.serve).
    app.state.health = health.create_health_app(
        settings.service, readiness, lambda: health.deep_of_app(app.state.probed, app.state.context.redis)
    )
    refuse_unguarded(app, frozenset(public))
    problems.install(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_methods=["*"], allow_headers=["*"]
        )
    app.add_middleware(Front)
    return app


def refuse_unguarded(app: FastAPI, public: frozenset[str]) -> None:
    """Raises UnguardedRoute for the first route that anybody could call by mistake, or that skips our checks."""
    unused = set(public)
    for found in iter_route_contexts(app.routes):
        path = str(found.path)
        unused.discard(path)
        if path in KERNEL_PUBLIC:
            continue
        route = found.original_route
        if not isinstance(route, DoorRoute):
            raise UnguardedRoute(f"{path} is not made by the APIRouter of shared.web")
        if (route.required_scope is None) != (path in public):
            kind = "lists as public and guards" if route.required_scope else "neither guards nor lists as public"
            raise UnguardedRoute(f"{', '.join(sorted(found.methods or ()))} {path}: this app {kind} it")
    if unused:
        raise UnguardedRoute(f"listed as public, but there is no such path: {', '.join(sorted(unused))}")


@contextlib.asynccontextmanager
async def _lifespan(
    app: FastAPI, settings: ServiceSettings, *, producer: bool, on_start: OnStart | None
) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        context, probes = await _open(stack, settings, producer=producer)
        app.state.context = context
        app.state.probed = SimpleNamespace(settings=settings, database=probes)
        if on_start is not None:
            await stack.enter_async_context(on_start(context))
        housekeeping = asyncio.create_task(_forget_old_answers(context))
        stack.callback(housekeeping.cancel)
        log.info("app_started", port=settings.port)
        yield
    log.info("app_stopped")


async def _open(
    stack: contextlib.AsyncExitStack, settings: ServiceSettings, *, producer: bool
) -> tuple[AppContext, Database]:
    keys = ApiKeys(settings.api_keys_file)
    if settings.profile == "production" and not len(keys):
        raise BadKeyFile("the key file is empty: nobody could call this app")
    clock = open_clock(settings.clock_file)
    database = Database(settings.database_url, source=settings.service, clock=clock)
    few = Database(settings.database_url, source=settings.service, clock=clock, pool_size=_STRANGERS_POOL)
    probes = health.probe_database(settings, database)
    stack.push_async_callback(_close_all, database, few, probes)
    redis = make_redis(settings)
    stack.push_async_callback(_bounded, redis.aclose)
    publisher = None
    if producer:
        publisher = make_producer(settings)
        # First on the stack to be stopped: it sends what is still in flight.
        stack.push_async_callback(_bounded, publisher.stop)
        await publisher.start()
    context = AppContext(
        settings,
        database,
        clock,
        redis,
        keys,
        _limit(redis, f"door:{settings.service}", settings.requests_per_second),
        publisher,
        {},
        bodies=Bodies(settings.most_body_bytes),
        pauses=Pauses.of(settings),
    )
    context.strangers = replace(
        context,
        database=few,
        limit=_limit(redis, f"strangers:{settings.service}", settings.public_requests_per_second),
    )
    return context, probes


def _limit(redis: Redis, use: str, rate: float) -> RateLimit:
    return RateLimit(redis, use, rate=rate, burst=rate * _BURST_S)


async def _close_all(*pools: Database) -> None:
    await asyncio.gather(*(_bounded(pool.close) for pool in pools))


async def _bounded(close: Callable[[], Awaitable[None]]) -> None:
    try:
        await within(_CLOSE_S, close())
    except Exception as error:
        log.warning("not_closed_in_time", error=type(error).__name__)


async def _forget_old_answers(context: AppContext) -> None:
    while True:
        try:
            await forget_old(context.database)
        except Exception as error:
            log.warning("old_answers_kept", error=type(error).__name__)
        await asyncio.sleep(_HOUSEKEEPING_S)
