"""Publish events that come over HTTP: check, derive whose they are, put them on the topic that all events take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson

from services.interactions.event_types.domain.types import EventType, misfits_of_event
from services.interactions.event_types.service import read_types
from services.interactions.identity.domain import customer_of, person_of
from services.interactions.identity.service import generations_since
from services.interactions.ingest.clients import InboundProducer
from services.interactions.ingest.domain.publishers import Publisher, seal
from services.interactions.ingest.errors import BrokerUnconfirmed, EventRefused, ReportForbidden
from services.interactions.ingest.service.accepting import read_message
from services.interactions.ingest.service.recent import RecentMessages
from services.interactions.publishers.service import note_accepted, note_refused
from services.interactions.recording.domain.messages import Message
from shared.clock import Clock
from shared.contracts.envelope import Origin
from shared.database.engine import Database
from shared.observability.metrics import counter

REFUSED = counter("interactions_refused", "Events refused at an HTTP door", ["door", "reason"])
ACCEPTED = counter("interactions_accepted", "Events that the broker has confirmed", ["door"])

CHUNK = 500
_LONGEST_LINE = 1_000_000
_MOST_ERRORS = 1_000
_LONGEST_ID = 200
_MOST_MISFITS = 20
# Rows become visible later than their time says; looking back this far finds every one.
_OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """An event that passed the check, as the broker will get it."""

    message_id: str
    customer_id: UUID
    record: bytes
    seal: bytes
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An event that did not pass. `place` is its index in a batch, or its line number (from 1) in a history."""

    place: int
    message_id: str | None
    errors: list[dict[str, str]]


@dataclass(slots=True)
class HistorySummary:
    """What became of the lines so far. `errors_left_out` counts the refused lines beyond the first 1,000."""

    lines: int = 0
    accepted: int = 0
    refused: int = 0
    errors_left_out: int = 0
    errors: list[RefusedItem] = field(default_factory=list)

    def refuse(self, refused: RefusedItem) -> None:
        """Count a refused line, and keep why."""
        self.refused += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(refused)
        else:
            self.errors_left_out += 1


class EventPublisher:
    """Publishes events for HTTP doors. It needs no database: what was retired is a copy, refreshed while the database
    answers."""

    # Under this name the app keeps it.
    EXTRA = "event_publisher"

    def __init__(self, key: str, clock: Clock, producer: InboundProducer, database: Database) -> None:
        self._key = key
        self._clock = clock
        self._producer = producer
        self._database = database
        self._recent = RecentMessages(key)
        self._generations: dict[str, int] = {}
        self._types: Mapping[str, EventType] = {}
        self._seen_until = datetime.min.replace(tzinfo=UTC)

    async def refresh(self) -> None:
        """Read which identifiers were retired since the last time, and which event types are declared."""
        async with self._database.transaction() as tx:
            self._types = await read_types(tx)
            for fingerprint, generation, changed_at in await generations_since(tx, self._seen_until):
                self._generations[fingerprint] = generation
                self._seen_until = changed_at - _OVERLAP

    def check(self, publisher: Publisher, raw: bytes, *, history: bool = False) -> CheckedEvent:
        """The event in `raw`, ready to be published. Raises EventRefused or ReportForbidden."""
        now = self._clock.now()
        message = read_message(raw, now, self._clock.factor)
        if kind := publisher.unreportable(message):
            raise ReportForbidden(kind)
        self._check_type(message)
        if history:
            raw = orjson.dumps({**orjson.loads(raw), "origin": Origin.HISTORY.value})
        # The worker decides with the newest generations; this copy may be seconds behind, which only moves the key.
        customer_id = customer_of(self._key, person_of(self._key, message.customer), self._generations).customer_id
        record = b'{"publisher":%b,"received_at":"%b","message":%b}' % (
            orjson.dumps(publisher.name),
            now.isoformat().encode(),
            raw,
        )
        return CheckedEvent(message.message_id, customer_id, record, seal(self._key, publisher, record))

    def _check_type(self, message: Message) -> None:
        if message.type != "custom" or message.data.undeclared:
            return
        if found := misfits_of_event(self._types, message.data.name, message.data.properties):
            raise EventRefused([asdict(misfit) for misfit in found[:_MOST_MISFITS]])

    async def publish_one(self, publisher: Publisher, raw: bytes) -> CheckedEvent:
        """The event is durable on the topic. Raises EventRefused, ReportForbidden or BrokerUnconfirmed."""
        try:
            event = self.check(publisher, raw)
            self._recent.check(publisher.name, event.message_id, raw)
        except (EventRefused, ReportForbidden) as refusal:
            self._note_refused(publisher, "single", refusal, raw)
            raise
        await self._publish(publisher, [event], "single")
        return event

    async def publish_batch(
        self,
        publisher: Publisher,
        items: Sequence[Any],
        door: str = "batch",
        contents: Sequence[bytes | None] = (),
        placed: Callable[[str], str] = str,
    ) -> list[CheckedEvent | RefusedItem]:
        """Every item that passes is durable on the topic; one result per item, in order. Raises BrokerUnconfirmed.

        `door` is what metrics count under; `contents` say by what repeats are known, where their messages differ;
        `placed` is where in what the publisher sent a fault lies, by its place in the item.
        """
        results: list[CheckedEvent | RefusedItem] = []
        for index, (item, content) in enumerate(zip(items, contents or [None] * len(items), strict=True)):
            try:
                raw = _packed(item)
                event = self.check(publisher, raw)
                if content is None:
                    self._recent.check(publisher.name, event.message_id, raw)
                results.append(event if content is None else replace(event, content=content))
            except (EventRefused, ReportForbidden) as refusal:
                refusal.errors = [{**fault, "where": placed(fault["where"])} for fault in refusal.errors]
                self._note_refused(publisher, door, refusal, item)
                results.append(RefusedItem(index, _id_in(item), refusal.errors))
        await self._publish(publisher, [result for result in results if isinstance(result, CheckedEvent)], door)
        return results

    async def publish_history(self, publisher: Publisher, chunks: AsyncIterator[bytes]) -> HistorySummary:
        """Every line that passes is durable on the topic as history. Raises BrokerUnconfirmed with how far it came."""
        summary, waiting = HistorySummary(), []
        done = 0
        async for line in _lines(chunks):
            summary.lines += 1
            if line.strip():
                try:
                    waiting.append(self._check_line(publisher, line))
                except (EventRefused, ReportForbidden) as refusal:
                    self._note_refused(publisher, "history", refusal, line)
                    summary.refuse(RefusedItem(summary.lines, None, refusal.errors))
            if len(waiting) == CHUNK:
                await self._publish_chunk(publisher, waiting, summary, done)
                done = summary.lines
        await self._publish_chunk(publisher, waiting, summary, done)
        return summary

    def _check_line(self, publisher: Publisher, line: bytes) -> CheckedEvent:
        if len(line) > _LONGEST_LINE:
            fault = {"reason": "line-too-long", "where": "", "what": f"longer than {_LONGEST_LINE} bytes"}
            raise EventRefused([{**fault, "cure": "send one event per line"}])
        return self.check(publisher, line, history=True)

    async def _publish_chunk(
        self, publisher: Publisher, waiting: list[CheckedEvent], summary: HistorySummary, done: int
    ) -> None:
        try:
            await self._publish(publisher, waiting, "history")
        except BrokerUnconfirmed as unconfirmed:
            unconfirmed.extra.update(lines_done=done, accepted=summary.accepted, refused=summary.refused)
            unconfirmed.cure = f"Send again from line {done + 1}, or everything: nothing is recorded twice."
            raise
        summary.accepted += len(waiting)
        waiting.clear()

    async def _publish(self, publisher: Publisher, events: Sequence[CheckedEvent], door: str) -> None:
        await self._producer.publish(events)
        ACCEPTED.labels(door).inc(len(events))
        note_accepted(publisher.name, door, len(events))

    def _note_refused(
        self, publisher: Publisher, door: str, refusal: EventRefused | ReportForbidden, message: Any
    ) -> None:
        REFUSED.labels(door, refusal.reason).inc()
        note_refused(publisher.name, door, refusal.errors, message, self._types)


def publisher_of(extras: Mapping[str, Any]) -> EventPublisher:
    """The publisher that the app opened at its start, out of its context's `extras`."""
    return cast(EventPublisher, extras[EventPublisher.EXTRA])


def _packed(item: Any) -> bytes:
    try:
        return orjson.dumps(item)
    except TypeError:
        # An integer beyond 64 bits, half a surrogate pair: readable, and nothing we could store.
        fault = {"reason": "malformed-json", "where": "", "what": "a value that does not fit 64 bits or is no text"}
        raise EventRefused([{**fault, "cure": "send numbers within 64 bits and whole characters"}]) from None


def _id_in(item: Any) -> str | None:
    """The refused item's message id, when it has one that can be shown."""
    message_id = item.get("message_id") if isinstance(item, dict) else None
    if not isinstance(message_id, str) or len(message_id) > _LONGEST_ID:
        return None
    return message_id.encode("utf-8", "replace").decode()


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a stream. Of a line that is too long only the beginning is kept, enough to refuse it."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        rest = rest[: _LONGEST_LINE + 1]
    if rest:
        yield rest
