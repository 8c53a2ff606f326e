"""Where a consumer stands in its topics, kept in its database and moved in the transaction of the effect.

The broker's own commits are another database's word: after the restore of a backup they say that everything since was
heard, and it never would be again. Here the position is restored together with the effects. The broker's commits go on
(they show the lag), and are where a consumer begins that has no position yet.

- A position moves only from where this process knows it to be (`Superseded` otherwise): a process that was stopped,
  lost its partitions and goes on rolls its batch back.
- A consumer begins one record before its position. That record must be the one that was handled last; if it is not,
  this is another topic than the one that was read, and the consumer begins at its start. The inbox removes what was
  heard.
- Records that nobody here handles move the position with the next batch, or once a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeVar

from sqlalchemy import RowMapping, text

from shared.clock import MACHINE
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.subscription import Record
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

FLUSH_S = 1.0
ALARMS = counter(
    "offset_alarms", "Topics that do not hold what was read, or no longer what was not", ["consumer", "why"]
)

# Topic and partition; the topic without an installation's prefix.
Place = tuple[str, int]

_READ = text("select topic, partition, next_offset, last_digest from offsets where consumer = :consumer")
_ENTER = text("""
    insert into offsets as o (consumer, topic, partition, next_offset)
    select :consumer, * from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[]))
    on conflict (consumer, topic, partition) do update set next_offset = excluded.next_offset, last_digest = null
""")
_MOVE = text("""
    update offsets o set next_offset = t.next_offset, last_digest = t.digest
    from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:expected as bigint[]),
                cast(:offsets as bigint[]), cast(:digests as bytea[]))
         as t(topic, partition, expected, next_offset, digest)
    where o.consumer = :consumer and o.topic = t.topic and o.partition = t.partition and o.next_offset = t.expected
""")


class Superseded(RuntimeError):
    """Somebody else has moved the position: this process has lost the partition, or a commit of its own came through
    without its answer. Positions must be read anew."""


class OtherTopic(RuntimeError):
    """The topic is not the one that was read: it must be read from its beginning (`ConsumerOffsets.rewind`)."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place[0]}[{place[1]}] is not the topic that was read")
        self.place = place


class Fetched(Protocol):
    """A record as a client gives it."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...

    @property
    def value(self) -> bytes | None:
        """Its bytes."""
        ...


F = TypeVar("F", bound=Fetched)


@dataclass(frozen=True, slots=True)
class AtTheBroker:
    """What the broker has of a partition: its first offset, the one that comes next, and the group's commit if any."""

    begin: int
    end: int
    committed: int | None


@dataclass(slots=True)
class _Standing:
    """`stored` is the position as the database has it, `read` the first offset that was not given out here."""

    stored: int
    read: int
    begin: int
    # Of the record before `read`, until it has been seen again.
    check: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Move:
    next_offset: int
    digest: bytes


class ConsumerOffsets:
    """The positions of one consumer in the partitions that this process owns."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer
        self._standing: dict[Place, _Standing] = {}
        self._passed: dict[Place, _Move] = {}
        self._flushed_at = 0.0

    async def settle(self, database: Database, owned: Mapping[Place, AtTheBroker]) -> dict[Place, int]:
        """Read the positions of what is owned from now on; returns where to seek."""
        async with database.transaction() as tx:
            rows = await tx.rows(_READ, {"consumer": self._consumer})
            stored = {(row["topic"], row["partition"]): row for row in rows}
            standing = {place: self._standing_of(place, stored.get(place), broker) for place, broker in owned.items()}
            entered = {place: one for place, one in standing.items() if _is_new(stored.get(place), one)}
            if entered:
                await self._enter(tx, {place: one.stored for place, one in entered.items()})
        self._standing, self._passed = standing, {}
        return {place: one.read - (one.check is not None) for place, one in standing.items()}

    def admit(self, place: Place, records: Sequence[F]) -> Sequence[F]:
        """Those of the fetched records (one at least) that are to be handled. Raises OtherTopic."""
        standing = self._standing[place]
        if standing.check is not None:
            first = records[0]
            if first.offset < standing.read and digest_of(first.value) != standing.check:
                self._alarm("another_record", place, standing.read, first.offset)
                raise OtherTopic(place)
            standing.check = None
        if records[0].offset < standing.read:
            records = [record for record in records if record.offset >= standing.read]
        if records:
            standing.read = records[-1].offset + 1
        return records

    def first_unread(self, place: Place) -> int:
        """The first offset that was not given out here; 0 where nothing is owned."""
        standing = self._standing.get(place)
        return 0 if standing is None else standing.read

    async def rewind(self, database: Database, place: Place) -> None:
        """Begin at the start of the topic; `settle` must follow."""
        async with database.transaction() as tx:
            await self._enter(tx, {place: self._standing[place].begin})

    def pass_over(self, records: Sequence[Record]) -> None:
        """These need no effect; the position moves with the next transaction."""
        self._passed.update(_moves(records))

    async def move(self, tx: Tx, records: Sequence[Record]) -> None:
        """The position is behind these records, and those passed over, if `tx` commits. Raises Superseded."""
        moves = {**self._passed, **_moves(records)}
        if not moves:
            return
        expected = [standing.stored for place in moves if (standing := self._standing.get(place)) is not None]
        if len(expected) < len(moves) or any(
            m.next_offset <= at for m, at in zip(moves.values(), expected, strict=True)
        ):
            raise Superseded(f"{self._consumer}: the partitions have been given out anew")
        moved = await tx.execute(
            _MOVE,
            {
                "consumer": self._consumer,
                "topics": [topic for topic, _ in moves],
                "partitions": [number for _, number in moves],
                "expected": expected,
                "offsets": [move.next_offset for move in moves.values()],
                "digests": [move.digest for move in moves.values()],
            },
        )
        if moved.rowcount < len(moves):
            raise Superseded(f"{self._consumer}: {len(moves) - moved.rowcount} of {len(moves)} positions have moved")
        tx.after_commit(lambda: self._moved(moves))

    async def flush(self, database: Database) -> None:
        """Store what was passed over, once a second. Raises Superseded."""
        if self._passed and MACHINE.monotonic() - self._flushed_at >= FLUSH_S:
            async with database.transaction() as tx:
                await self.move(tx, ())

    async def _enter(self, tx: Tx, positions: Mapping[Place, int]) -> None:
        await tx.execute(
            _ENTER,
            {
                "consumer": self._consumer,
                "topics": [topic for topic, _ in positions],
                "partitions": [number for _, number in positions],
                "offsets": list(positions.values()),
            },
        )

    def _standing_of(self, place: Place, row: RowMapping | None, broker: AtTheBroker) -> _Standing:
        if row is None:
            at = max(broker.begin, broker.begin if broker.committed is None else broker.committed)
            return _Standing(at, at, broker.begin)
        at, digest = row["next_offset"], row["last_digest"]
        if at > broker.end:
            self._alarm("shorter", place, at, broker.end)
            return _Standing(broker.begin, broker.begin, broker.begin)
        if at < broker.begin:
            # Kept for a shorter time than this consumer was away, or than its backup is old.
            self._alarm("records_lost", place, at, broker.begin)
            return _Standing(at, broker.begin, broker.begin)
        return _Standing(at, at, broker.begin, None if digest is None or at == broker.begin else bytes(digest))

    def _moved(self, moves: Mapping[Place, _Move]) -> None:
        self._flushed_at = MACHINE.monotonic()
        for place, move in moves.items():
            if place in self._standing:
                self._standing[place].stored = move.next_offset
        self._passed = {}

    def _alarm(self, why: str, place: Place, expected: int, found: int) -> None:
        ALARMS.labels(self._consumer, why).inc()
        log.critical("topic_does_not_hold_what_was_read", why=why, consumer=self._consumer, topic=place[0],
                     partition=place[1], expected=expected, found=found)  # fmt: skip


def digest_of(value: bytes | None) -> bytes:
    """By which the record handled last is known again. Not its event id: publishers' records have none, and records
    that nobody here handles are not parsed."""
    return blake2b(value or b"", digest_size=16).digest()


def _is_new(row: RowMapping | None, standing: _Standing) -> bool:
    return row is None or row["next_offset"] != standing.stored


def _moves(records: Sequence[Record]) -> dict[Place, _Move]:
    """For each partition the position behind the last of these records."""
    last = {(record.topic, record.partition): record for record in records}
    return {place: _Move(record.offset + 1, digest_of(record.value)) for place, record in last.items()}
