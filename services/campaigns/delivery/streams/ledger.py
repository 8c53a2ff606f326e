"""The ledger as a sender uses it: each step is one transaction, and none is open while another service is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Cards
from services.campaigns.gate.domain.rules import Deferred
from services.campaigns.gate.service import claims
from services.campaigns.gate.service.claims import Claimed
from services.campaigns.messages.domain.ledger import Message, MessageState, Settled
from services.campaigns.messages.repository import ledger
from services.campaigns.messages.service import settling
from shared.clock import MACHINE
from shared.database.engine import Database, is_transient
from shared.observability.logging import get_logger

log = get_logger(__name__)

_MARK_S = 5.0
_TRANSIENT_WAIT_S = (0.1, 0.5, 1.0, 2.0)


class Ledger:
    """One sender's view, under its holder's number."""

    def __init__(self, database: Database, settings: Settings, holder: int) -> None:
        self._database = database
        self._settings = settings
        self.holder = holder
        self._marked: dict[UUID, float] = {}

    async def reserve(self, size: int) -> list[Message]:
        """Due messages for this sender."""
        async with self._database.transaction() as tx:
            return await ledger.reserve(tx, self.holder, size)

    async def claim(self, reserved: Sequence[Message], cards: Cards) -> list[Claimed]:
        """Those that pass the gate, claimed; the others are refused or postponed."""
        async with self._database.transaction() as tx:
            return await claims.claim(tx, self._settings, self.holder, reserved, cards)

    async def postpone(self, messages: Sequence[Message], reason: str, *, wait_s: float | None = None) -> None:
        """Back to waiting: they were certainly not handed over. Tried again after the backoff, or after `wait_s`."""
        if not messages:
            return

        async def write() -> None:
            async with self._database.transaction() as tx:
                until = None if wait_s is None else tx.now + timedelta(seconds=wait_s * tx.clock.factor)
                verdict = Deferred(reason, until)
                await ledger.postpone(tx, self.holder, [claims.postponed(tx, message, verdict) for message in messages])

        await self._write_until_stored(write)

    async def settle(self, outcomes: Sequence[Settled]) -> None:
        """How these messages ended, with their events. Returns when it is stored, however long the database is away."""
        if not outcomes:
            return

        going = self._to_mark(outcomes)

        async def write() -> None:
            async with self._database.transaction() as tx:
                await settling.settle(tx, self.holder, outcomes)
                if going:
                    await settling.mark_hand_overs(tx, going)

        await self._write_until_stored(write)

    async def recover(self) -> tuple[int, int]:
        """Free or declare unknown what senders that are gone had in hand."""
        async with self._database.transaction() as tx:
            return await settling.recover(tx, present=self.holder)

    def _to_mark(self, outcomes: Sequence[Settled]) -> list[UUID]:
        """Campaigns whose mark is old, so that not every batch waits for every other one's row."""
        now = MACHINE.monotonic()
        found = {outcome.message.campaign_id for outcome in outcomes if outcome.state is MessageState.HANDED_OVER}
        old = [campaign_id for campaign_id in found if now - self._marked.get(campaign_id, -_MARK_S) >= _MARK_S]
        self._marked |= dict.fromkeys(old, now)
        return old

    async def _write_until_stored(self, write: Callable[[], Awaitable[None]]) -> None:
        """What is known of a hand-over is held in memory until the database takes it."""
        failures = 0
        while True:
            try:
                await write()
                return
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("waiting_for_the_database", error=type(error).__name__)
                await MACHINE.sleep(_TRANSIENT_WAIT_S[min(failures, len(_TRANSIENT_WAIT_S) - 1)])
                failures += 1
