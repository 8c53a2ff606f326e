"""Handle a batch of records in one transaction; what cannot be handled goes to the dead letters, nothing is skipped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.clock import MACHINE
from shared.contracts.envelope import Unreadable
from shared.database.engine import Database, is_transient
from shared.database.transaction import Tx
from shared.events import inbox
from shared.events.dead_letter_writer import event_id_of, reason_of, write_dead_letter
from shared.events.offsets import ConsumerOffsets, Superseded
from shared.events.subscription import Record, Subscription
from shared.ids import first_id_of
from shared.observability import spans
from shared.observability.logging import get_logger
from shared.observability.metrics import counter, histogram

log = get_logger(__name__)

BATCH = 500
TRIES = 3
# A batch that meets transient errors so often may itself be too much for the time of a statement, or for others' locks.
BATCH_TRIES = 3
# A flood of poison is a fault of ours or of a publisher's release: stop rather than pour the topic away. Counted in the
# table, so that it holds over restarts and over all workers of a service.
DEAD_LETTERS_PER_MINUTE = 1_000
_LAST_MINUTE = text("select count(*) from dead_letters where consumer = :consumer and id > :since")
_ASKED = text("select 1 from dead_letters where id = :id and state = 'replaying' for update")
_RETRY_WAIT_S = (0.1, 0.5, 1.0, 2.0, 5.0)

HANDLED = counter("consumer_events_total", "Events handled, by outcome", ["consumer", "outcome"])
BATCH_SECONDS = histogram("consumer_batch_seconds", "One batch: read, effect, commit", ["consumer"])


class TooManyDeadLetters(RuntimeError):
    """The limit per minute was passed; the worker stops with its offset where it is.

    Its supervisor starts it again, and it stops again until the minute is over: somebody has the time to look.
    """


# What no further try makes better: the worker ends, or reads its positions anew.
_ENDING = (TooManyDeadLetters, Superseded)


class BatchProcessor:
    """Handles batches for one subscription; used by the aiokafka loop and by the Faust driver alike.

    `offsets` are moved in the transactions of the effects; without them (a replay, a test) nothing is noted.
    """

    def __init__(
        self,
        database: Database,
        subscription: Subscription,
        *,
        offsets: ConsumerOffsets | None = None,
        beat: Callable[[], None] = lambda: None,
        dead_letters_per_minute: int = DEAD_LETTERS_PER_MINUTE,
    ) -> None:
        self.database = database
        self.subscription = subscription
        self.beat = beat
        self._offsets = offsets
        self._limit = dead_letters_per_minute

    async def process(self, records: list[Record]) -> None:
        """Returns when every record has had its effect, is known already, or lies in the dead letters.

        Transient errors are waited out, in order. Raises only TooManyDeadLetters, Superseded, what is no Exception, and
        what keeps a dead letter from being stored while the database is well.
        """
        began_ns = time.time_ns()
        with spans.span(
            f"process {self._name}",
            "consumer",
            links=(record.header("traceparent") for record in records),
            messaging__system="kafka",
            messaging__consumer__group__name=self._name,
            messaging__batch__message_count=len(records),
        ):
            await self._process(records)
        if spans.is_on():
            spans.mark("consumer", began_ns, ((f"hear {self._name}", one.header("traceparent")) for one in records))

    async def _process(self, records: list[Record]) -> None:
        started = time.perf_counter()
        failures = 0
        while True:
            try:
                await self._apply(records)
                break
            except Exception as error:
                if isinstance(error, _ENDING):
                    raise
                if await self._is_transient(error):
                    await self._wait(failures, error)
                    failures += 1
                    if failures < BATCH_TRIES or len(records) == 1:
                        continue
                log.warning("batch_failed", consumer=self._name, size=len(records), error=type(error).__name__)
                await self._divide(records)
                break
        BATCH_SECONDS.labels(self._name).observe(time.perf_counter() - started)

    async def replay(self, letter_id: UUID, event_id: UUID | None, record: Record) -> None:
        """Give a dead letter its effect, once, and mark it replayed in the same transaction. Raises what fails.

        `event_id` as the letter was stored with: only its own inbox row makes way. If another delivery of the event has
        had its effect, this one has none.
        """
        async with self.database.transaction(beat=self.beat) as tx:
            # Two workers may hold the same letter when a lock was lost: the second finds that it was replayed.
            if await tx.value(_ASKED, {"id": letter_id}) is None:
                return
            event = self.subscription.read(record)
            if event is None:
                raise Unreadable("nobody here handles this type")
            if self.subscription.inbox and event.id == event_id:
                await inbox.forget(tx, self._name, event.id)
            await self._effect(tx, [event])
            await tx.execute("update dead_letters set state = 'replayed' where id = :id", {"id": letter_id})

    @property
    def _name(self) -> str:
        return self.subscription.consumer

    async def _apply(self, records: list[Record]) -> None:
        """One transaction: the effect of all that can be read, and a dead letter for each record that cannot."""
        events, unreadable = self._read(records)
        HANDLED.labels(self._name, "ignored").inc(len(records) - len(events) - len(unreadable))
        if not events and not unreadable:
            if self._offsets is not None:
                self._offsets.pass_over(records)
            return
        async with self.database.transaction(beat=self.beat) as tx:
            await self._move(tx, records)
            fresh = await self._effect(tx, events) if events else 0
            for record, error in unreadable:
                await self._write_dead_letter(tx, record, error, 1)
            if unreadable:
                await self._refuse_a_flood(tx)
        for record, error in unreadable:
            self._log_dead_letter(record, error)
        HANDLED.labels(self._name, "handled").inc(fresh)
        HANDLED.labels(self._name, "duplicate").inc(len(events) - fresh)

    async def _move(self, tx: Tx, records: list[Record]) -> None:
        # First: who has lost the partition finds out before anything else is done, and waits for no other lock.
        if self._offsets is not None:
            await self._offsets.move(tx, records)

    def _read(self, records: list[Record]) -> tuple[list[Any], list[tuple[Record, Unreadable]]]:
        events, unreadable = [], []
        for record in records:
            try:
                event = self.subscription.read(record)
            except Unreadable as error:
                unreadable.append((record, error))
            else:
                if event is not None:
                    events.append(event)
        return events, unreadable

    async def _effect(self, tx: Tx, events: list[Any]) -> int:
        if self.subscription.inbox:
            new = await inbox.first_time(tx, self._name, [event.id for event in events])
            fresh = []
            for event in events:
                if event.id in new:
                    new.discard(event.id)
                    fresh.append(event)
            events = fresh
        if events:
            await self.subscription.handle(tx, events)
        return len(events)

    async def _divide(self, records: list[Record]) -> None:
        """Handle the halves of a batch that failed, in order, and of a half that fails its own: one poison among
        thousands is found with a few transactions, and costs its neighbours no more than those."""
        if len(records) == 1:
            await self._process_single(records[0])
            return
        middle = len(records) // 2
        for half in (records[:middle], records[middle:]):
            self.beat()
            try:
                await self._apply(half)
            except _ENDING:
                raise
            except Exception:
                # A transient error among them is waited out by each record that meets it.
                await self._divide(half)

    async def _process_single(self, record: Record) -> None:
        attempts = failures = 0
        while True:
            self.beat()
            try:
                await self._apply([record])
                return
            except Exception as error:
                if isinstance(error, _ENDING):
                    raise
                if await self._is_transient(error):
                    await self._wait(failures, error)
                    failures += 1
                    continue
                attempts += 1
                if attempts >= TRIES:
                    await self._give_up(record, error, attempts)
                    return

    async def _is_transient(self, error: Exception) -> bool:
        """Transient by its code, or because the database takes no writes just now."""
        if is_transient(error):
            return True
        try:
            await self.database.probe_write()
        except Exception:
            return True
        return False

    async def _wait(self, failures: int, error: Exception) -> None:
        log.warning("waiting_for_the_database", consumer=self._name, error=type(error).__name__)
        self.beat()
        await MACHINE.sleep(_RETRY_WAIT_S[min(failures, len(_RETRY_WAIT_S) - 1)])
        self.beat()

    async def _give_up(self, record: Record, error: Exception, attempts: int) -> None:
        failures = 0
        while True:
            try:
                async with self.database.transaction(beat=self.beat) as tx:
                    await self._move(tx, [record])
                    await self._write_dead_letter(tx, record, error, attempts)
                    await self._refuse_a_flood(tx)
                break
            except Exception as failure:
                if isinstance(failure, _ENDING) or not await self._is_transient(failure):
                    raise
                await self._wait(failures, failure)
                failures += 1
        self._log_dead_letter(record, error)

    async def _write_dead_letter(self, tx: Tx, record: Record, error: Exception, attempts: int) -> None:
        event_id = event_id_of(record.value)
        if event_id is not None and self.subscription.inbox:
            # A broken copy of an event that was handled must not open the door for that event again.
            event_id = event_id if await inbox.first_time(tx, self._name, [event_id]) else None
        await write_dead_letter(tx, self._name, record, error, attempts, event_id=event_id)

    async def _refuse_a_flood(self, tx: Tx) -> None:
        """Called after they were written: a second delivery of the same records adds none."""
        lately = await tx.value(_LAST_MINUTE, {"consumer": self._name, "since": first_id_of(60)})
        if lately > self._limit:
            raise TooManyDeadLetters(f"{self._name}: more than {self._limit} dead letters within a minute")

    def _log_dead_letter(self, record: Record, error: Exception) -> None:
        HANDLED.labels(self._name, "dead_lettered").inc()
        log.error(
            "dead_letter",
            consumer=self._name,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason_of(error),
            error=type(error).__name__,
        )
