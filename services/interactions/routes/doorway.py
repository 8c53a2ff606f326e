"""The doorway of this process: opened when the app starts, handed to the routes that publish."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends

from services.interactions.clients import InboundTopic
from services.interactions.config import Settings
from services.interactions.service.publishing import Doorway
from shared.clock import MACHINE
from shared.observability.logging import get_logger
from shared.web import AppContext, ContextDep

log = get_logger(__name__)

_REFRESH_S = 5.0


@contextlib.asynccontextmanager
async def open_doorway(context: AppContext) -> AsyncIterator[None]:
    """Publishing works inside."""
    settings = cast(Settings, context.settings)
    topic = InboundTopic(settings, context.producer, settings.confirm_timeout_s)
    doorway = Doorway(settings.installation_key.get_secret_value(), context.clock, topic, context.database)
    context.extras["doorway"] = doorway
    refreshing = asyncio.create_task(_keep_fresh(doorway))
    try:
        yield
    finally:
        refreshing.cancel()
        await topic.close()


async def _keep_fresh(doorway: Doorway) -> None:
    while True:
        try:
            await doorway.refresh()
        except Exception as error:
            # Publishing goes on without the database; the worker decides by the newest state anyhow.
            log.warning("generations_not_refreshed", error=type(error).__name__)
        await MACHINE.sleep(_REFRESH_S)


async def _doorway(context: ContextDep) -> Doorway:
    return cast(Doorway, context.extras["doorway"])


DoorwayDep = Annotated[Doorway, Depends(_doorway)]
