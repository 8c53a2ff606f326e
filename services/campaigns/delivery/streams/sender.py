"""The part of a worker that sends. Several workers may run it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

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
from shared.clock import MACHINE
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.redis import Pace, make_redis
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

_RETRY_S = 1.0
_HELPERS_POLL_S = 0.5
_STOP_S = 8.0
# A lane that shows nothing for this long hangs; the slowest honest one waits for a provider's timeouts.
_LONGEST_TURN_S = 90.0


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
        services, channel, redis = self._open_services(settings), self._make_channel(settings), make_redis(settings)
        writers = LetterWriters(settings)
        rate = settings.smtp_per_second
        pace = Pace(redis, "smtp", rate=rate, burst=max(1.0, rate / 5))
        try:
            await writers.start()
            await compare_own_topic(context.database, settings, beat)
            while True:
                beat()
                try:
                    session = await SenderSession.open(settings.database_url, settings.sender_address)
                except Exception as error:
                    if not is_transient(error) and not isinstance(error, SessionLost):
                        raise
                    log.warning("waiting_for_the_database", error=type(error).__name__)
                    await MACHINE.sleep(_RETRY_S)
                    continue
                try:
                    await self._serve(context, session, services, channel, writers, pace, beat)
                finally:
                    await session.close()
        finally:
            await channel.close()
            await writers.close()
            await services.close()
            await redis.aclose()

    async def _serve(
        self,
        context: WorkerContext,
        session: SenderSession,
        services: CardsAndPermits,
        channel: Channel,
        writers: LetterWriters,
        pace: Pace,
        beat: Callable[[], None],
    ) -> None:
        """Returns when the session is lost."""
        settings: Settings = context.settings
        ledger = Ledger(context.database, settings, session.holder)
        await session.look()
        refusals = Refusals(context.database, session, settings.sender_address)
        hand_over = HandOver(
            ledger, session, services, channel, writers, refusals, context.clock, settings.smtp_connections
        )
        # One lane looks often, so that a message leaves at once; the others help when there is much to do.
        polls = [settings.poll_s, *[_HELPERS_POLL_S] * (settings.send_lanes - 1)]
        lanes = [Lane(ledger, session, services, hand_over, pace, settings, poll_s=poll_s) for poll_s in polls]
        tasks = {asyncio.create_task(lane.run(), name="sender-lane") for lane in lanes}
        try:
            await self._watch(tasks, lanes, beat)
        finally:
            # Stopped or lost: chunks in hand are finished and stored, so that nothing is left unknown.
            for lane in lanes:
                lane.stopping = True
            await asyncio.wait(tasks, timeout=_STOP_S)
            for task in tasks:
                task.cancel()

    async def _watch(self, tasks: set[asyncio.Task[None]], lanes: Sequence[Lane], beat: Callable[[], None]) -> None:
        while True:
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
