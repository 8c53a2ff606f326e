"""One lane of a sender: batches from due to done."""

from __future__ import annotations

from collections.abc import Sequence

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Cards
from services.campaigns.delivery.clients import NoAnswer
from services.campaigns.delivery.domain.chunks import ChunkSize
from services.campaigns.delivery.streams.handover import CardsAndPermits, HandOver
from services.campaigns.delivery.streams.ledger import Ledger
from services.campaigns.delivery.streams.session import SenderSession, SessionLost
from services.campaigns.gate.service.claims import Claimed
from services.campaigns.messages.domain.ledger import Message, MessageState, Settled
from shared.clock import MACHINE
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.redis import Pace

log = get_logger(__name__)

_RETRY_S = 1.0


class Lane:
    """One batch after the other: reserve it and get its cards, then claim, permit and hand over chunk by chunk."""

    def __init__(
        self,
        ledger: Ledger,
        session: SenderSession,
        services: CardsAndPermits,
        hand_over: HandOver,
        pace: Pace,
        settings: Settings,
        *,
        poll_s: float | None = None,
    ) -> None:
        self._ledger = ledger
        self._session = session
        self._services = services
        self._hand_over = hand_over
        self._pace = pace
        # No more than leave in two seconds: what waits for the pace would only be in the way of others.
        self._size = max(1, min(settings.send_batch, int(settings.smtp_per_second * 2)))
        self._chunk_size = ChunkSize()
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
            cards = await self._services.cards([message.customer_id for message in reserved])
        except NoAnswer:
            await self._ledger.postpone(reserved, "customers-away")
            return True
        while reserved:
            size = self._chunk_size.now
            await self._chunk(reserved[:size], cards)
            reserved = reserved[size:]
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
            begun = MACHINE.monotonic()
            await self._hand_over.send(claimed)
            self._chunk_size.measured(len(claimed), MACHINE.monotonic() - begun)
