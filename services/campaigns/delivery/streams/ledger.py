"""The ledger as a sender uses it: each step is one transaction, and none is open while another service is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Cards
from services.campaigns.gate.domain.rules import Deferred
from services.campaigns.gate.service import claims
from services.campaigns.gate.service.claims import Claimed
from services.campaigns.messages.domain.ledger import Message, Settled
from services.campaigns.messages.repository import ledger
from services.campaigns.messages.service import settling
from shared.clock import MACHINE
from shared.database.engine import Database, is_transient
from shared.observability.logging import get_logger

log = get_logger(__name__)

_TRANSIENT_WAIT_S = (0.1, 0.5, 1.0, 2.0)


class Ledger:
    """One sender's view, under its holder's number."""

    def __init__(self, database: Database, settings: Settings, holder: int) -> None:
        self._database = database
        self._settings = settings
        self.holder = holder

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

        async def write() -> None:
            async with self._database.transaction() as tx:
                await settling.settle(tx, self.holder, outcomes)

        await self._write_until_stored(write)

    async def recover(self) -> tuple[int, int]:
        """Free or declare unknown what senders that are gone had in hand."""
        async with self._database.transaction() as tx:
            return await settling.recover(tx, present=self.holder)

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
