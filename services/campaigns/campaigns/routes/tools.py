"""What checks and trials need besides the database: clients of other services, the mail server, who writes letters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends

from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.config import Settings
from services.campaigns.content.clients import LetterWriters
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.clients import ServiceClients
from services.campaigns.delivery.domain.hand_over import Channel
from services.campaigns.settings.service import effective, mail_of
from shared.clock import Clock
from shared.web import AppContext, ContextDep

_KEY = "sending_tools"


@dataclass(frozen=True, slots=True)
class SendingTools:
    """Open for as long as the app runs."""

    settings: Settings
    services: ServiceClients
    channel: Channel
    writers: LetterWriters
    templates: TemplateCheck
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def made_of(cls, settings: Settings, services: ServiceClients, channel: Channel, clock: Clock) -> SendingTools:
        """The tools with these clients."""
        writers = LetterWriters(settings)
        return cls(settings, services, channel, writers, TemplateCheck(services, writers, clock))

    def keep_in(self, context: AppContext) -> None:
        """Routes find these tools in the app's context."""
        context.extras[_KEY] = self


@contextlib.asynccontextmanager
async def open_tools(context: AppContext) -> AsyncIterator[None]:
    """Opens and closes with the app; nothing connects before the first use."""
    settings = cast(Settings, context.settings)
    SendingTools.made_of(settings, ServiceClients.open(settings), SmtpChannel(settings), context.clock).keep_in(context)
    try:
        yield
    finally:
        tools = cast(SendingTools, context.extras[_KEY])
        await tools.channel.close()
        await tools.writers.close()
        await tools.services.close()


async def _tools(context: ContextDep) -> SendingTools:
    """Made anew when people have set another sender or mail server."""
    tools = cast(SendingTools, context.extras[_KEY])
    async with context.database.transaction() as tx:
        now = await effective(tx, cast(Settings, context.settings))
    if mail_of(now) == mail_of(tools.settings):
        return tools
    async with tools.renewing:
        kept = cast(SendingTools, context.extras[_KEY])
        if kept is not tools:
            return kept
        made = SendingTools.made_of(now, tools.services, SmtpChannel(now), context.clock)
        made.keep_in(context)
        await tools.channel.close()
        await tools.writers.close()
    return made


SendingToolsDep = Annotated[SendingTools, Depends(_tools)]
