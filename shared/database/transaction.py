"""The transaction of a use case: its statements and the events it emits are stored together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import Executable, RowMapping, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.errors import TooLarge
from shared.events.barrier import BARRIER, bounded, recorded_at
from shared.ids import day_of, new_id
from shared.observability.spans import span
from shared.observability.tracing import current_traceparent

# A version is epoch · 2^40 + n (shared.events.epochs): the count that is asked for is added to the subject's own
# version, or to the epoch's first when that is higher.
EPOCH_BITS = 40
# Sorted by subject, so that two transactions lock in one order. The lock is held until the commit: versions and
# outbox ids of one subject therefore grow in the order of commits. The first statement of a flush, so that the barrier
# (shared.events.barrier) is known before an event gets its `recorded_at`.
_NEXT_VERSIONS = text(f"""
    with watermark as materialized (select {BARRIER} as barrier, clock_timestamp() as wall)
    insert into subjects as s (subject, version)
    select subject, ((select coalesce(max(epoch), 0) from epochs)::bigint << {EPOCH_BITS}) + count
    from unnest(cast(:subjects as uuid[]), cast(:counts as bigint[])) as t(subject, count) order by 1
    on conflict (subject) do update
    set version = greatest(s.version + (excluded.version & {(1 << EPOCH_BITS) - 1}), excluded.version)
    returning subject, version, (select barrier from watermark) as barrier, (select wall from watermark) as wall
""")
_PRESENT_VERSIONS = text("select subject, version from subjects where subject = any(cast(:subjects as uuid[]))")
_OUTBOX = ("day", "event_id", "topic", "key", "type", "traceparent", "value")
_WAKE_RELAY = text("select pg_notify('outbox', '')")
# Below what the broker takes (shared.kafka), with room for key and headers: a row that it refuses would hold up
# everything behind it.
MAX_EVENT_BYTES = 1_400_000


class EventTooLarge(TooLarge):
    """An event that is too large for a topic: the change that emits it is refused with it."""

    slug, title = "event-too-large", "The event is too large"


@dataclass(slots=True)
class _PendingEvent:
    id: UUID
    fact: Fact
    subject: UUID
    key: UUID
    topic: str
    time: datetime
    origin: Origin
    cause: UUID | None
    traceparent: str | None
    recorded_at: datetime | None = None


@dataclass(slots=True)
class Tx:
    """An open transaction. `now` is the business instant at which it began. Only Database.transaction commits it."""

    session: AsyncSession
    clock: Clock
    source: str
    cause: Envelope[Any] | None = None
    # Called after each statement: that much got on. A batch of many statements is slow, not stuck.
    beat: Callable[[], None] = lambda: None
    now: datetime = field(init=False)
    _pending: list[_PendingEvent] = field(default_factory=list, init=False)
    _after_commit: list[Callable[[], object]] = field(default_factory=list, init=False)
    _connection: Any = field(default=None, init=False)
    _restated_to: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.now = self.clock.now()

    async def execute(self, statement: str | Executable, params: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run one statement; a string is SQL with :named parameters (arrays with CAST(:x AS uuid[]) and unnest)."""
        ready = text(statement) if isinstance(statement, str) else statement
        result: CursorResult[Any] = await self.session.execute(ready, params or {})  # type: ignore[assignment]
        self.beat()
        return result

    async def rows(self, statement: str | Executable, params: Mapping[str, Any] | None = None) -> Sequence[RowMapping]:
        """Every row of the answer, by column name."""
        return (await self.execute(statement, params)).mappings().all()

    async def row(self, statement: str | Executable, params: Mapping[str, Any] | None = None) -> RowMapping | None:
        """The first row, or None."""
        return (await self.execute(statement, params)).mappings().first()

    async def value(self, statement: str | Executable, params: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self.execute(statement, params)).scalar()

    async def copy(self, table: str, columns: Iterable[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Append rows by COPY, in their order: for the server half the work of arrays, for the driver a quarter."""
        connection = await self._driver()
        with span(f"COPY {table}", "client", db__system__name="postgresql", db__operation__name="COPY"):
            await connection.copy_records_to_table(table, records=rows, columns=tuple(columns))
        self.beat()

    async def copy_new(self, table: str, columns: Iterable[str], rows: Sequence[tuple[Any, ...]]) -> bool:
        """`copy`; False, and nothing is stored, when a row is there already: COPY knows no ON CONFLICT."""
        connection = await self._driver()
        await connection.execute("savepoint copying")
        try:
            await self.copy(table, columns, rows)
        except UniqueViolationError:
            await connection.execute("rollback to savepoint copying; release savepoint copying")
            return False
        await connection.execute("release savepoint copying")
        return True

    async def _driver(self) -> Any:
        """The driver's connection, within the transaction. What SQLAlchemy does for a statement takes longer than some
        statements do; and it begins the transaction with the first one that it sends itself."""
        if self._connection is None:
            self._connection = (await (await self.session.connection()).get_raw_connection()).driver_connection
            if not self._connection.is_in_transaction():
                await self.execute("select 1")
        return self._connection

    async def restate_to(self, topic: str) -> None:
        """From here on what is published goes to `topic`, as restated. To be called before anything else.

        The transaction sees one moment, and its events bear the versions that their subjects have at that moment: what
        is emitted later is newer, and what was emitted before it contains.
        """
        await self.execute("set transaction isolation level repeatable read")
        self._restated_to = topic

    def publish(
        self,
        fact: Fact,
        *,
        subject: UUID,
        time: datetime | None = None,
        cause: Envelope[Any] | UUID | None = None,
        origin: Origin | None = None,
        key: UUID | None = None,
        id: UUID | None = None,
        topic: str | None = None,
        recorded_at: datetime | None = None,
    ) -> UUID:
        """Emit `fact`: it is stored with this transaction and reaches the topic after the commit. Returns its id.

        `time` (when it occurred) defaults to now; `origin` and the trace are inherited from `cause`; `key` chooses the
        partition and defaults to the subject. `recorded_at` is for what was recorded before and is restated.
        """
        led_by = cause if cause is not None else self.cause
        handled = led_by if isinstance(led_by, Envelope) else None
        event = _PendingEvent(
            id=id or new_id(),
            fact=fact,
            subject=subject,
            key=key or subject,
            topic=self._restated_to or topic or fact.TOPIC,
            time=time or self.now,
            origin=Origin.RESTATED if self._restated_to else origin or (handled.origin if handled else Origin.LIVE),
            recorded_at=recorded_at,
            cause=handled.id if handled else led_by if isinstance(led_by, UUID) else None,
            traceparent=(handled.traceparent if handled else None) or current_traceparent(),
        )
        self._pending.append(event)
        return event.id

    def after_commit(self, do: Callable[[], object]) -> None:
        """Call `do` once this transaction is stored, and never if it is rolled back. It must not fail.

        For counters and for what a process remembers: a batch may be tried several times before it is stored.
        """
        self._after_commit.append(do)

    def committed(self) -> None:
        """What was to be called after the commit. Only Database.transaction calls this."""
        for do in self._after_commit:
            do()

    async def flush(self) -> None:
        """Store the pending events: one statement for the versions, one for the outbox. Called before the commit."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        recorded, versions = await (self._present_versions(pending) if self._restated_to else self._versions(pending))
        values = []
        for event, version in zip(pending, versions, strict=True):
            value = self._envelope(event, version, event.recorded_at or recorded).to_bytes()
            if len(value) > MAX_EVENT_BYTES:
                raise EventTooLarge(f"{event.fact.TYPE} has {len(value)} bytes; {MAX_EVENT_BYTES} is the most.")
            values.append(value)
        await self.copy(
            "outbox",
            _OUTBOX,
            [
                (day_of(event.id), event.id, event.topic, event.key, event.fact.TYPE, event.traceparent, value)
                for event, value in zip(pending, values, strict=True)
            ],
        )
        await self.execute(_WAKE_RELAY)

    async def _versions(self, pending: Sequence[_PendingEvent]) -> tuple[datetime, list[int]]:
        """The instant at which these are recorded, and the next versions of their subjects."""
        counts = Counter(event.subject for event in pending)
        order = sorted(counts)
        rows = await self.rows(_NEXT_VERSIONS, {"subjects": order, "counts": [counts[s] for s in order]})
        newest = {row["subject"]: row["version"] - counts[row["subject"]] for row in rows}
        versions = []
        for event in pending:
            newest[event.subject] += 1
            versions.append(newest[event.subject])
        return recorded_at(bounded(self.clock, self.now, rows[0]["wall"]), rows[0]["barrier"]), versions

    async def _present_versions(self, pending: Sequence[_PendingEvent]) -> tuple[datetime, list[int]]:
        """The same for what is restated: no new version."""
        rows = await self.rows(_PRESENT_VERSIONS, {"subjects": list({event.subject for event in pending})})
        known = {row["subject"]: row["version"] for row in rows}
        return self.now, [known.get(event.subject, 0) for event in pending]

    def _envelope(self, event: _PendingEvent, version: int, recorded: datetime) -> Envelope[Fact]:
        return Envelope(
            id=event.id,
            type=event.fact.TYPE,
            source=self.source,
            subject=event.subject,
            time=event.time,
            recorded_at=recorded,
            version=version,
            origin=event.origin,
            cause=event.cause,
            traceparent=event.traceparent,
            data=event.fact,
        )
