"""What trials need besides the database: clients of other services, the mail server, the letter writer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends

from services.campaigns.config import Settings
from services.campaigns.content.service import LetterWriter
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.clients import ServiceClients
from services.campaigns.delivery.domain import Channel
from shared.web import AppContext, ContextDep

_KEY = "sending_tools"


@dataclass(frozen=True, slots=True)
class SendingTools:
    """Open for as long as the app runs."""

    settings: Settings
    services: ServiceClients
    channel: Channel
    writer: LetterWriter

    def keep_in(self, context: AppContext) -> None:
        """Routes find these tools in the app's context."""
        context.extras[_KEY] = self


@contextlib.asynccontextmanager
async def open_tools(context: AppContext) -> AsyncIterator[None]:
    """Opens and closes with the app; nothing connects before the first use."""
    settings = cast(Settings, context.settings)
    tools = SendingTools(settings, ServiceClients.open(settings), SmtpChannel(settings), LetterWriter(settings))
    tools.keep_in(context)
    try:
        yield
    finally:
        await tools.channel.close()
        await tools.services.close()


async def _tools(context: ContextDep) -> SendingTools:
    return cast(SendingTools, context.extras[_KEY])


SendingToolsDep = Annotated[SendingTools, Depends(_tools)]
