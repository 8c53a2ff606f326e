"""Serve a worker's health and metrics on a port of its own: live, ready, and deep (stuck or idle)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.events.subscription import Subscription
from shared.kafka.lag import GroupWatch
from shared.observability.health import create_worker_app, probe_database
from shared.web.connections import Limits
from shared.web.listener import Listener
from shared.worker.health import deep_of_worker
from shared.worker.parts import WorkerContext


async def serve_health(context: WorkerContext, subscriptions: Sequence[Subscription]) -> None:
    """Serve health and metrics until cancelled."""
    settings = context.settings
    groups = [GroupWatch(settings, subscription.consumer, subscription.topics) for subscription in subscriptions]
    probed = replace(context, database=probe_database(settings, context.database))

    async def deep() -> dict[str, Any]:
        return await deep_of_worker(probed.database, context.watchdog.ages(), groups, context.waits_for)

    app = create_worker_app(probed, deep)
    try:
        await Listener(app, settings.host, settings.worker_port, name="health", limits=Limits()).serve()
    finally:
        await probed.database.close()
