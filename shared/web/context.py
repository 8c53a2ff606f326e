"""What an app holds while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from aiokafka import AIOKafkaProducer
from fastapi import Depends
from redis.asyncio import Redis
from starlette.requests import Request

from shared.clock import Clock
from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.redis import RateLimit
from shared.security.api_keys import ApiKeys
from shared.web.body import Bodies, Pauses


@dataclass(slots=True)
class AppContext:
    """Opened when the app starts, closed when it stops. `extras` is for what `on_start` opens (clients, caches).

    Routes without a key get a context of their own, whose `database` is a small pool and whose `limit` is the one per
    address: however many strangers come, those with a key find the other pool as it was.
    """

    settings: ServiceSettings
    database: Database
    clock: Clock
    redis: Redis
    keys: ApiKeys
    limit: RateLimit
    producer: AIOKafkaProducer | None
    extras: dict[str, Any]
    bodies: Bodies = field(default_factory=Bodies)
    pauses: Pauses = field(default_factory=Pauses)
    strangers: AppContext | None = None


# FastAPI runs a dependency that is no coroutine in a thread: measured, a third of a small request's time went there.
async def _context(request: Request) -> AppContext:
    return context_of(request)


def context_of(request: Request) -> AppContext:
    """The context that this request may use."""
    return cast(AppContext, request.state.context)


ContextDep = Annotated[AppContext, Depends(_context)]


async def app_settings(context: ContextDep) -> Any:
    """The app's settings; a service writes `Annotated[Settings, Depends(app_settings)]`."""
    return context.settings
