"""The part of a worker that sends. Several workers may run it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from services.campaigns.clients import Away, Neighbours
from services.campaigns.config import Settings
from services.campaigns.content.letters import Scribe
from services.campaigns.domain.channel import Channel
from services.campaigns.domain.ledger import Message, MessageState, Settled
from services.campaigns.sending.handover import Asks, HandOver
from services.campaigns.sending.ledger import Ledger
from services.campaigns.sending.reconcile import load_own_topic
from services.campaigns.sending.session import SenderSession, SessionLost
from services.campaigns.service.gate import Cards, Claimed
from services.campaigns.smtp import SmtpChannel
from shared.clock import MACHINE
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.redis import Pace, make_redis
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

# Messages with one claim, one permit request and one settling transaction. A killed sender leaves at most one chunk of
# each lane unknown; claiming whole batches at once would leave four times as many.
CHUNK = 50
_RETRY_S = 1.0
_HELPERS_POLL_S = 0.5
_STOP_S = 8.0
# A lane that shows nothing for this long hangs; the slowest honest one waits for a provider's timeouts.
_LONGEST_TURN_S = 90.0


class Lane:
    """One batch after the other: reserve and cards for all of it, then claim, permit and hand over chunk by chunk."""

    def __init__(
        self,
        ledger: Ledger,
        session: SenderSession,
        neighbours: Asks,
        hand_over: HandOver,
        pace: Pace,
        settings: Settings,
        *,
        poll_s: float | None = None,
    ) -> None:
        self._ledger = ledger
        self._session = session
        self._neighbours = neighbours
        self._hand_over = hand_over
        self._pace = pace
        # No more than leave in two seconds: what waits for the pace would only be in the way of others.
        self._size = max(1, min(settings.send_batch, int(settings.smtp_per_second * 2)))
        self._poll_s = poll_s or settings.poll_s
        self.stopping = False
        self.turned_at = MACHINE.monotonic()

    async def run(self) -> None:
        """Until told to stop; raises SessionLost."""
        while not self.stopping:
            self.turned_at = MACHINE.monotonic()
            if self._session.lost:
                raise SessionLost
            if not await self.turn():
                await MACHINE.sleep(self._poll_s)

    async def turn(self) -> bool:
        """One batch from due to done; False when there is nothing to do, or the stop-all switch is thrown."""
        if not self._session.may_send:
            return False
        try:
            reserved = await self._ledger.reserve(self._size)
        except Exception as error:
            if not is_transient(error):
                raise
            # Nobody knows whether it was stored: a new session, and the recovery frees what this one may hold.
            raise SessionLost from error
        if not reserved:
            return False
        try:
            cards = await self._neighbours.cards([message.customer_id for message in reserved])
        except Away:
            await self._ledger.postpone(reserved, "customers-away")
            return True
        for start in range(0, len(reserved), CHUNK):
            await self._chunk(reserved[start : start + CHUNK], cards)
        return True

    async def _claim(self, reserved: Sequence[Message], cards: Cards) -> list[Claimed]:
        try:
            return await self._ledger.claim(reserved, cards)
        except Exception as error:
            if is_transient(error):
                # Perhaps stored, perhaps not; certainly nothing was handed over.
                await self._ledger.postpone(reserved, "database", wait_s=_RETRY_S)
                return []
            log.exception("claim_failed", size=len(reserved))
            if len(reserved) == 1:
                await self._ledger.settle([Settled(reserved[0], MessageState.FAILED, "internal-error")])
                return []
        # One message that breaks the rules' code must not hold up the others.
        return [claimed for message in reserved for claimed in await self._claim([message], cards)]

    async def _chunk(self, reserved: Sequence[Message], cards: Cards) -> None:
        self.turned_at = MACHINE.monotonic()
        if self.stopping or not self._session.may_send:
            await self._ledger.postpone(reserved, "withheld", wait_s=0)
            return
        claimed = await self._claim(reserved, cards)
        if claimed:
            await self._pace.wait("smtp", len(claimed))
            await self._hand_over.send(claimed)


class Sender:
    """Runs the lanes under one session; opens a new one when it is lost."""

    name = "sender"

    def __init__(
        self,
        channel: Callable[[Settings], Channel] = SmtpChannel,
        neighbours: Callable[[Settings], Asks] = Neighbours.open,
    ) -> None:
        self._make_channel = channel
        self._open_neighbours = neighbours

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Send for ever."""
        settings: Settings = context.settings
        neighbours, channel, redis = self._open_neighbours(settings), self._make_channel(settings), make_redis(settings)
        rate = settings.smtp_per_second
        pace = Pace(redis, "smtp", rate=rate, burst=max(1.0, rate / 5))
        try:
            await load_own_topic(context.database, settings, beat)
            while True:
                beat()
                try:
                    session = await SenderSession.open(settings.database_url)
                except Exception as error:
                    if not is_transient(error) and not isinstance(error, SessionLost):
                        raise
                    log.warning("waiting_for_the_database", error=type(error).__name__)
                    await MACHINE.sleep(_RETRY_S)
                    continue
                try:
                    await self._serve(context, session, neighbours, channel, pace, beat)
                finally:
                    await session.close()
        finally:
            await channel.close()
            await neighbours.close()
            await redis.aclose()

    async def _serve(
        self,
        context: WorkerContext,
        session: SenderSession,
        neighbours: Asks,
        channel: Channel,
        pace: Pace,
        beat: Callable[[], None],
    ) -> None:
        """Returns when the session is lost."""
        settings: Settings = context.settings
        ledger = Ledger(context.database, settings, session.holder)
        await session.look()
        hand_over = HandOver(
            ledger, session, neighbours, channel, Scribe(settings), context.clock, settings.smtp_connections
        )
        # One lane looks often, so that a message leaves at once; the others help when there is much to do.
        polls = [settings.poll_s, *[_HELPERS_POLL_S] * (settings.send_lanes - 1)]
        lanes = [Lane(ledger, session, neighbours, hand_over, pace, settings, poll_s=poll_s) for poll_s in polls]
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
