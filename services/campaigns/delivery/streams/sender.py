"""The part of a worker that sends. Several workers may run it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.campaigns.config import Settings
from services.campaigns.content.clients import LetterWriters
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.clients import ServiceClients
from services.campaigns.delivery.domain.hand_over import Channel
from services.campaigns.delivery.streams.handover import CardsAndPermits, HandOver
from services.campaigns.delivery.streams.lane import Lane
from services.campaigns.delivery.streams.ledger import Ledger
from services.campaigns.delivery.streams.reconcile import compare_own_topic
from services.campaigns.delivery.streams.refusals import Refusals
from services.campaigns.delivery.streams.session import SenderSession, SessionLost
from services.campaigns.settings.service import effective, mail_of
from shared.clock import MACHINE
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.redis import Pace, make_redis
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

_RETRY_S = 1.0
_HELPERS_POLL_S = 0.5
_STOP_S = 8.0
# Settings are in force within five seconds.
_LOOK_AT_SETTINGS_S = 2.0
# A lane that shows nothing for this long hangs; the slowest honest one waits for a provider's timeouts.
_LONGEST_TURN_S = 90.0


@dataclass(frozen=True, slots=True)
class _Tools:
    """What a sender's identity and mail server are part of."""

    settings: Settings
    channel: Channel
    writers: LetterWriters

    async def close(self) -> None:
        """End connections and the process that writes letters."""
        await self.channel.close()
        await self.writers.close()


class Sender:
    """Runs the lanes under one session; opens a new one when it is lost."""

    name = "sender"

    def __init__(
        self,
        channel: Callable[[Settings], Channel] = SmtpChannel,
        services: Callable[[Settings], CardsAndPermits] = ServiceClients.open,
    ) -> None:
        self._make_channel = channel
        self._open_services = services

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Send for ever."""
        settings: Settings = context.settings
        services, redis = self._open_services(settings), make_redis(settings)
        rate = settings.smtp_per_second
        pace = Pace(redis, "smtp", rate=rate, burst=max(1.0, rate / 5))
        # What people have set about the sender and the mail server may change while this runs.
        tools = _Tools(settings, self._make_channel(settings), LetterWriters(settings))
        try:
            await tools.writers.start()
            await compare_own_topic(context.database, settings, beat)
            while True:
                beat()
                try:
                    tools = await self._renewed(tools, context)
                    session = await SenderSession.open(settings.database_url, tools.settings.sender_address)
                except Exception as error:
                    if not is_transient(error) and not isinstance(error, SessionLost):
                        raise
                    log.warning("waiting_for_the_database", error=type(error).__name__)
                    await MACHINE.sleep(_RETRY_S)
                    continue
                try:
                    await self._serve(context, session, services, tools, pace, beat)
                finally:
                    await session.close()
        finally:
            await tools.close()
            await services.close()
            await redis.aclose()

    async def _renewed(self, tools: _Tools, context: WorkerContext) -> _Tools:
        """The same tools, or others when people have set another sender or mail server."""
        async with context.database.transaction() as tx:
            now = await effective(tx, context.settings)
        if mail_of(now) == mail_of(tools.settings):
            return tools
        log.info("sending_settings_changed")
        await tools.close()
        return _Tools(now, self._make_channel(now), LetterWriters(now))

    async def _serve(
        self,
        context: WorkerContext,
        session: SenderSession,
        services: CardsAndPermits,
        tools: _Tools,
        pace: Pace,
        beat: Callable[[], None],
    ) -> None:
        """Returns when the session is lost, or when people have set another sender or mail server."""
        settings = tools.settings
        ledger = Ledger(context.database, settings, session.holder)
        await session.look()
        refusals = Refusals(context.database, session, settings.sender_address)
        hand_over = HandOver(
            ledger,
            session,
            services,
            tools.channel,
            tools.writers,
            refusals,
            context.clock,
            settings.smtp_connections,
        )
        # One lane looks often, so that a message leaves at once; the others help when there is much to do.
        polls = [settings.poll_s, *[_HELPERS_POLL_S] * (settings.send_lanes - 1)]
        lanes = [Lane(ledger, session, services, hand_over, pace, settings, poll_s=poll_s) for poll_s in polls]
        tasks = {asyncio.create_task(lane.run(), name="sender-lane") for lane in lanes}
        try:
            await self._watch(context, tools, tasks, lanes, beat)
        finally:
            # Stopped or lost: chunks in hand are finished and stored, so that nothing is left unknown.
            for lane in lanes:
                lane.stopping = True
            await asyncio.wait(tasks, timeout=_STOP_S)
            for task in tasks:
                task.cancel()

    async def _watch(
        self,
        context: WorkerContext,
        tools: _Tools,
        tasks: set[asyncio.Task[None]],
        lanes: Sequence[Lane],
        beat: Callable[[], None],
    ) -> None:
        looked_at = MACHINE.monotonic()
        while True:
            if MACHINE.monotonic() - looked_at > _LOOK_AT_SETTINGS_S:
                looked_at = MACHINE.monotonic()
                if await _changed(context, tools.settings):
                    return
            oldest = min(lane.turned_at for lane in lanes)
            if MACHINE.monotonic() - oldest < _LONGEST_TURN_S:
                beat()
            done, _ = await asyncio.wait(tasks, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    task.result()
                except SessionLost:
                    log.warning("sender_session_renewed")
                return


async def _changed(context: WorkerContext, settings: Settings) -> bool:
    try:
        async with context.database.transaction() as tx:
            return mail_of(await effective(tx, context.settings)) != mail_of(settings)
    except Exception as error:
        if not is_transient(error):
            raise
        # Whether anything can be sent without the database, the session knows.
        return False
