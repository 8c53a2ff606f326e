"""Publish opens and clicks from their table to `interactions-inbound`, in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.campaigns.tracking import repository
from shared.bounded import within
from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import Database, is_transient
from shared.kafka.clients import make_producer, wire_name
from shared.observability.logging import get_logger
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

_TOPIC = "interactions-inbound"
_BATCH = 500
_POLL_S = 0.2
_RETRY_S = 1.0
_CONFIRM_S = 20.0


class ResponsePublisher:
    """A part of the worker; one worker of the service does it at a time, and what is sent twice all the same has one
    effect there."""

    name = "responses"

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """For ever; a transient error postpones it, with a new producer."""
        while True:
            beat()
            try:
                async with context.database.exclusive("responses") as alone:
                    if alone:
                        await self._publish(context.database, context.settings, beat)
            except Exception as error:
                if not isinstance(error, KafkaError) and not is_transient(error):
                    raise
                log.warning("responses_postponed", error=type(error).__name__)
            await MACHINE.sleep(_RETRY_S)

    async def _publish(self, database: Database, settings: ServiceSettings, beat: Callable[[], None]) -> None:
        producer = make_producer(settings)
        await producer.start()
        try:
            while True:
                beat()
                if not await publish_once(database, producer, wire_name(settings, _TOPIC)):
                    await MACHINE.sleep(_POLL_S)
        finally:
            await within(5, producer.stop())


async def publish_once(database: Database, producer: AIOKafkaProducer, topic: str) -> int:
    """Send what waits and forget what the broker confirmed; returns how many."""
    async with database.transaction() as tx:
        waiting = await repository.oldest(tx, _BATCH)
    if not waiting:
        return 0
    futures = [
        await producer.send(topic, response.value, key=str(response.customer_id).encode()) for response in waiting
    ]
    await within(_CONFIRM_S, asyncio.gather(*futures))
    async with database.transaction() as tx:
        await repository.drop(tx, [response.response_id for response in waiting])
    return len(waiting)
