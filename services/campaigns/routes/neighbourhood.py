"""What the doors need besides the database: neighbours, the mail server, the scribe."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends

from services.campaigns.clients import Neighbours
from services.campaigns.config import Settings
from services.campaigns.content.letters import Scribe
from services.campaigns.domain.channel import Channel
from services.campaigns.smtp import SmtpChannel
from shared.web import AppContext, ContextDep

_KEY = "neighbourhood"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Open for as long as the app runs."""

    settings: Settings
    neighbours: Neighbours
    channel: Channel
    scribe: Scribe


@contextlib.asynccontextmanager
async def open_neighbourhood(context: AppContext) -> AsyncIterator[None]:
    """Opens and closes with the app; nothing connects before the first use."""
    settings = cast(Settings, context.settings)
    around = Neighbourhood(settings, Neighbours.open(settings), SmtpChannel(settings), Scribe(settings))
    context.extras[_KEY] = around
    try:
        yield
    finally:
        await around.channel.close()
        await around.neighbours.close()


async def _neighbourhood(context: ContextDep) -> Neighbourhood:
    return cast(Neighbourhood, context.extras[_KEY])


NeighbourhoodDep = Annotated[Neighbourhood, Depends(_neighbourhood)]
