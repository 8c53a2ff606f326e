"""Kafka producer of `interactions-inbound`, for what the HTTP doors accept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber, ProducerFenced

from services.interactions.ingest.errors import BrokerUnconfirmed
from shared.bounded import within
from shared.config import ServiceSettings
from shared.kafka.clients import make_producer, wire_name
from shared.kafka.record_batches import Headers, send_together
from shared.observability.logging import get_logger
from shared.observability.tracing import current_traceparent

log = get_logger(__name__)

TOPIC = "interactions-inbound"
# The header in which the door says how far it believes the publisher.
SEAL = "door"
# By which a repeat is known whose message differs: a client's clock is taken out of it anew at each attempt.
CONTENT = "content"
_RETRY_AFTER_S = 2
_STOP_S = 5
# After these a producer sends nothing any more (aiokafka #1017); from all others it recovers by itself.
_FATAL = (OutOfOrderSequenceNumber, ProducerFenced)


class InboundRecord(Protocol):
    """What is published: under the customer's key, the record, its seal, and perhaps what it says."""

    @property
    def customer_id(self) -> UUID:
        """The key."""

    @property
    def record(self) -> bytes:
        """The value."""

    @property
    def seal(self) -> bytes:
        """How far the door believes the publisher."""

    @property
    def content(self) -> bytes | None:
        """Given where retries of one message differ."""


class InboundProducer:
    """Publishes to interactions-inbound and returns when the broker has confirmed all of it."""

    def __init__(self, settings: ServiceSettings, producer: AIOKafkaProducer, timeout_s: float) -> None:
        self._settings = settings
        self._topic = wire_name(settings, TOPIC)
        self._given = self._producer = producer
        self._timeout_s = timeout_s

    async def publish(self, records: Iterable[InboundRecord]) -> None:
        """Every record is durable when this returns. Raises BrokerUnconfirmed; the text says which
        of "surely not" and "unknown" it is."""
        futures: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._send(records, futures)
                # Waited for, never cancelled: a send that takes long is unknown, and the producer goes on with it.
                if futures:
                    await asyncio.wait(futures)
        except (TimeoutError, KafkaError) as error:
            await self._renew_after(error)
            raise _unconfirmed(futures) from error
        finally:
            for future in futures:
                future.add_done_callback(_retrieve)
        for future in futures:
            failure = future.exception()
            if failure is not None:
                await self._renew_after(failure)
                raise _unconfirmed(futures) from failure

    async def close(self) -> None:
        """Stop the producer that replaced the given one, if any."""
        if self._producer is not self._given:
            await _stop(self._producer)

    async def _send(self, records: Iterable[InboundRecord], futures: list[asyncio.Future[Any]]) -> None:
        traceparent = current_traceparent()
        traced = [("traceparent", traceparent.encode())] if traceparent else []
        wanted = ((str(record.customer_id).encode(), record.record, _headers(record, traced)) for record in records)
        await send_together(self._producer, self._topic, wanted, futures)

    async def _renew_after(self, error: BaseException) -> None:
        if not isinstance(error, _FATAL):
            return
        log.error("producer_renewed", error=type(error).__name__)
        old, self._producer = self._producer, make_producer(self._settings)
        await self._producer.start()
        if old is not self._given:
            await _stop(old)


def _headers(record: InboundRecord, traced: Headers) -> Headers:
    content = [] if record.content is None else [(CONTENT, record.content.hex().encode())]
    return [(SEAL, record.seal), *traced, *content]


def _unconfirmed(futures: Sequence[asyncio.Future[Any]]) -> BrokerUnconfirmed:
    if not futures:
        return BrokerUnconfirmed(
            "The broker cannot be reached; nothing was accepted.", cure="Send it again.", retry_after=_RETRY_AFTER_S
        )
    return BrokerUnconfirmed(
        "The broker did not confirm in time: it is not known whether this was accepted.",
        cure="Send it again with the same message ids; what was accepted already is not recorded twice.",
        retry_after=_RETRY_AFTER_S,
        outcome="unknown",
    )


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        await within(_STOP_S, producer.stop())
    except (TimeoutError, KafkaError) as error:
        log.warning("producer_stop", error=type(error).__name__)
