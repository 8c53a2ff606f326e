"""Pause the sender when the provider refuses who sends: whatever is tried then makes its reputation worse."""

from __future__ import annotations

from services.campaigns.delivery.service import pause_sender, resume_sender
from services.campaigns.delivery.streams.session import SenderSession
from shared.database.engine import Database, is_transient
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

# So many in a row with nothing taken in between: one recipient's own rules are no reason to stop all others.
_IN_A_ROW = 3

REFUSALS = counter("sender_refusals_total", "Letters that a provider refused for who sends them", ["code"])


class Refusals:
    """Counts over the lanes of one process; the pause holds for all processes as soon as it is stored."""

    def __init__(self, database: Database, session: SenderSession, sender: str) -> None:
        self._database = database
        self._session = session
        self._sender = sender
        self._in_a_row = 0
        self._to_pause: str | None = None
        self._to_resume = False

    def refused(self, detail: str) -> None:
        """The provider refused the sender. After several in a row, or the first after a pause, nothing more that is in
        hand here goes."""
        REFUSALS.labels(detail).inc()
        self._in_a_row += 1
        if self._in_a_row >= (1 if self._session.was_paused else _IN_A_ROW) and not self._session.pausing:
            self._session.pausing = True
            self._to_pause, self._to_resume = detail, False

    def accepted(self) -> None:
        """The provider took a letter: all is well."""
        self._in_a_row = 0
        if self._session.was_paused and not self._session.pausing:
            self._session.was_paused = False
            self._to_resume = True

    async def store(self) -> None:
        """What was found is known to all processes. When the database is away it is found again."""
        paused, self._to_pause = self._to_pause, None
        resumed, self._to_resume = self._to_resume, False
        if paused is None and not resumed:
            return
        try:
            async with self._database.transaction() as tx:
                if paused is not None:
                    pause = await pause_sender(tx, self._sender, paused)
                    log.error("sender_paused", code=paused, until=pause.until.isoformat(), in_a_row=pause.in_a_row)
                else:
                    await resume_sender(tx, self._sender)
                    log.info("sender_is_taken_again")
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("sender_pause_not_stored", error=type(error).__name__)
        await self._session.look()
        if paused is not None:
            self._in_a_row = 0
            self._session.pausing = False
