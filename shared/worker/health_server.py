"""Serve a worker's health and metrics on a port of its own: live, ready, and deep (stuck or idle)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from shared.events.subscription import Subscription
from shared.kafka.lag import GroupWatch
from shared.observability.health import create_worker_app
from shared.worker.health import deep_of_worker
from shared.worker.parts import WorkerContext


async def serve_health(context: WorkerContext, subscriptions: Sequence[Subscription]) -> None:
    """Serve health and metrics until cancelled."""
    settings = context.settings
    groups = [GroupWatch(settings, subscription.consumer, subscription.topics) for subscription in subscriptions]

    async def deep() -> dict[str, Any]:
        return await deep_of_worker(context.database, context.watchdog.ages(), groups, context.waits_for)

    server = _Server(
        uvicorn.Config(
            create_worker_app(context, deep),
            host=settings.host,
            port=settings.worker_port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
    )
    await server.serve()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the worker."""
        yield
