"""The publisher of this process: opened when the app starts, handed to the routes that publish."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends

from services.interactions.config import Settings
from services.interactions.ingest.clients import InboundProducer
from services.interactions.ingest.service.publishing import EventPublisher, publisher_of
from services.interactions.publishers.service import write_counts
from shared.clock import MACHINE
from shared.database.engine import Database
from shared.observability.logging import get_logger
from shared.web import AppContext, ContextDep

log = get_logger(__name__)

_REFRESH_S = 5.0


@contextlib.asynccontextmanager
async def open_publisher(context: AppContext) -> AsyncIterator[None]:
    """Publishing works inside."""
    settings = cast(Settings, context.settings)
    producer = InboundProducer(settings, context.producer, settings.confirm_timeout_s)
    publisher = EventPublisher(settings.installation_key.get_secret_value(), context.clock, producer, context.database)
    context.extras[EventPublisher.EXTRA] = publisher
    refreshing = asyncio.create_task(_keep_fresh(publisher, context.database))
    try:
        yield
    finally:
        refreshing.cancel()
        await producer.close()
        with contextlib.suppress(Exception):
            await write_counts(context.database)


async def _keep_fresh(publisher: EventPublisher, database: Database) -> None:
    while True:
        try:
            await publisher.refresh()
            await write_counts(database)
        except Exception as error:
            # Publishing goes on without the database; the worker decides by the newest state anyhow.
            log.warning("generations_not_refreshed", error=type(error).__name__)
        await MACHINE.sleep(_REFRESH_S)


async def _publisher(context: ContextDep) -> EventPublisher:
    return publisher_of(context.extras)


PublisherDep = Annotated[EventPublisher, Depends(_publisher)]
