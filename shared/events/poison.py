"""What becomes of records that cannot be handled: a dead letter each, until there are too many of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.database.transaction import Tx
from shared.events import inbox
from shared.events.dead_letter_writer import event_id_of, reason_of, write_dead_letter
from shared.events.floods import Budget, Poison, within_budget
from shared.events.subscription import Record, Subscription
from shared.ids import first_id_of
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

HANDLED = counter("consumer_events_total", "Events handled, by outcome", ["consumer", "outcome"])
_LAST_MINUTE = text("select count(*) from dead_letters where consumer = :consumer and id > :since")


class TooManyDeadLetters(RuntimeError):
    """The limit per minute was passed; the worker stops with its offset where it is.

    Its supervisor starts it again, and it stops again until the minute is over: somebody has the time to look.
    """


class PoisonStore:
    """Where one consumer puts what it cannot handle.

    On our own topics a flood of it is a fault of our own release: the worker stops rather than pour them away. On the
    topic of an outer door it is a publisher's, who has a budget (shared.events.floods), and the others go on.
    """

    def __init__(self, subscription: Subscription, budget: Budget) -> None:
        self._subscription = subscription
        self._consumer = subscription.consumer
        self._budget = budget

    def publisher_of(self, record: Record) -> str | None:
        """Who is to blame; None for ourselves."""
        of = self._subscription.publisher_of
        return None if of is None else of(record)

    async def put_away(self, tx: Tx, poison: Sequence[Poison]) -> list[Poison]:
        """Each has its dead letter, or is counted; those with a letter. Raises TooManyDeadLetters."""
        kept = list(poison)
        if self._subscription.publisher_of is not None:
            kept = await within_budget(tx, self._consumer, self._budget, poison)
        for one in kept:
            await self._write(tx, one)
        if self._subscription.publisher_of is None:
            await self._refuse_a_flood(tx)
        tx.after_commit(lambda: self._report(kept, len(poison) - len(kept)))
        return kept

    async def _write(self, tx: Tx, one: Poison) -> None:
        event_id = event_id_of(one.record.value)
        if event_id is not None and self._subscription.inbox:
            # A broken copy of an event that was handled must not open the door for that event again.
            event_id = event_id if await inbox.first_time(tx, self._consumer, [event_id]) else None
        await write_dead_letter(
            tx,
            self._consumer,
            one.record,
            one.error,
            one.attempts,
            event_id=event_id,
            publisher=one.publisher,
            naming=self._subscription.naming,
        )

    async def _refuse_a_flood(self, tx: Tx) -> None:
        """Called after they were written: a second delivery of the same records adds none."""
        lately = await tx.value(_LAST_MINUTE, {"consumer": self._consumer, "since": first_id_of(60)})
        if lately > self._budget.all:
            raise TooManyDeadLetters(f"{self._consumer}: more than {self._budget.all} dead letters within a minute")

    def _report(self, kept: Sequence[Poison], counted: int) -> None:
        HANDLED.labels(self._consumer, "dead_lettered").inc(len(kept))
        HANDLED.labels(self._consumer, "flooded").inc(counted)
        for one in kept:
            log.error(
                "dead_letter",
                consumer=self._consumer,
                topic=one.record.topic,
                partition=one.record.partition,
                offset=one.record.offset,
                reason=reason_of(one.error),
                error=type(one.error).__name__,
            )
