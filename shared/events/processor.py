"""Handle a batch of records in one transaction; what cannot be handled goes to the dead letters, nothing is skipped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.clock import MACHINE
from shared.contracts.envelope import Unreadable
from shared.database.engine import Database, is_transient
from shared.database.transaction import Tx
from shared.events import inbox
from shared.events.floods import Budget, Poison
from shared.events.offsets import ConsumerOffsets, Superseded
from shared.events.poison import HANDLED, PoisonStore, TooManyDeadLetters
from shared.events.subscription import EventsRefused, Record, Subscription
from shared.observability import spans
from shared.observability.logging import get_logger
from shared.observability.metrics import histogram

log = get_logger(__name__)

BATCH = 500
TRIES = 3
# A batch that meets transient errors so often may itself be too much for the time of a statement, or for others' locks.
BATCH_TRIES = 3
# A publisher whose poison fails beyond its budget: for so long its records are tried once each, and by themselves.
SUSPECT_S = 60.0
_ASKED = text("select 1 from dead_letters where id = :id and state = 'replaying' for update")
_RETRY_WAIT_S = (0.1, 0.5, 1.0, 2.0, 5.0)

BATCH_SECONDS = histogram("consumer_batch_seconds", "One batch: read, effect, commit", ["consumer"])


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
        budget: Budget | None = None,
    ) -> None:
        self.database = database
        self.subscription = subscription
        self.beat = beat
        self._offsets = offsets
        self._poison = PoisonStore(subscription, budget or Budget())
        # Publishers whose poison is beyond their budget, and until when their records are handled apart.
        self._suspects: dict[str, float] = {}

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
        for run, suspect in self._runs(records):
            if not suspect:
                await self._process_together(run)
                continue
            for record in run:
                await self._process_single(record, tries=1)
        BATCH_SECONDS.labels(self._name).observe(time.perf_counter() - started)

    def _runs(self, records: list[Record]) -> Iterator[tuple[list[Record], bool]]:
        """The records in order, those of suspects apart: in a batch each of them would cost a dozen transactions."""
        now = MACHINE.monotonic()
        suspects = {name for name, until in self._suspects.items() if until > now}
        self._suspects = {name: self._suspects[name] for name in suspects}
        if not suspects:
            yield records, False
            return
        for suspect, run in groupby(records, lambda record: self._poison.publisher_of(record) in suspects):
            yield list(run), suspect

    async def _process_together(self, records: list[Record]) -> None:
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
            try:
                await self._effect(tx, [event])
            except EventsRefused as refused:
                raise refused.refusals[0][1] from None
            await tx.execute("update dead_letters set state = 'replayed' where id = :id", {"id": letter_id})

    @property
    def _name(self) -> str:
        return self.subscription.consumer

    async def _apply(self, records: list[Record]) -> None:
        """One transaction: the effect of all that can be read, and a dead letter for each record that cannot."""
        read, unreadable = self._read(records)
        HANDLED.labels(self._name, "ignored").inc(len(records) - len(read) - len(unreadable))
        try:
            await self._apply_read(records, [event for event, _ in read], unreadable)
        except EventsRefused as refused:
            errors = {id(event): error for event, error in refused.refusals}
            for event, record in read:
                if id(event) in errors:
                    poison = Poison(record, errors[id(event)], 1, self._poison.publisher_of(record))
                    unreadable.append(poison)
            await self._apply_read(records, [event for event, _ in read if id(event) not in errors], unreadable)

    async def _apply_read(self, records: list[Record], events: list[Any], unreadable: list[Poison]) -> None:
        if not events and not unreadable:
            if self._offsets is not None:
                self._offsets.pass_over(records)
            return
        async with self.database.transaction(beat=self.beat) as tx:
            await self._move(tx, records)
            fresh = await self._effect(tx, events) if events else 0
            if unreadable:
                await self._poison.put_away(tx, unreadable)
        HANDLED.labels(self._name, "handled").inc(fresh)
        HANDLED.labels(self._name, "duplicate").inc(len(events) - fresh)

    async def _move(self, tx: Tx, records: list[Record]) -> None:
        # First: who has lost the partition finds out before anything else is done, and waits for no other lock.
        if self._offsets is not None:
            await self._offsets.move(tx, records)

    def _read(self, records: list[Record]) -> tuple[list[tuple[Any, Record]], list[Poison]]:
        events, unreadable = [], []
        for record in records:
            try:
                event = self.subscription.read(record)
            except Unreadable as error:
                unreadable.append(Poison(record, error, 1, self._poison.publisher_of(record)))
            else:
                if event is not None:
                    events.append((event, record))
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

    async def _process_single(self, record: Record, tries: int = TRIES) -> None:
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
                if attempts >= tries:
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
        failures, poison = 0, Poison(record, error, attempts, self._poison.publisher_of(record))
        while True:
            try:
                async with self.database.transaction(beat=self.beat) as tx:
                    await self._move(tx, [record])
                    kept = await self._poison.put_away(tx, [poison])
                break
            except Exception as failure:
                if isinstance(failure, _ENDING) or not await self._is_transient(failure):
                    raise
                await self._wait(failures, failure)
                failures += 1
        if not kept and poison.publisher is not None:
            self._suspects[poison.publisher] = MACHINE.monotonic() + SUSPECT_S
