"""Send a client of aiokafka to where its consumer's database says that it stands, after each assignment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import Database, is_transient
from shared.events.offsets import AtTheBroker, ConsumerOffsets, OtherTopic, Place
from shared.kafka.clients import plain_name
from shared.observability.logging import get_logger

log = get_logger(__name__)

# Without a broker the client would ask for 40 s, longer than the watchdog lets a part be silent.
ASK_S = 5.0
_RETRY_S = 1.0


class Positions:
    """The positions of one client. Records fetched from elsewhere are not admitted."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        offsets: ConsumerOffsets,
        consumer: AIOKafkaConsumer,
        beat: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._database = database
        self._offsets = offsets
        self._consumer = consumer
        self._beat = beat
        # The client makes a new object of each assignment, also when it holds the same partitions.
        self._settled: Any = None

    def forget(self) -> None:
        """Positions are read anew before anything is admitted."""
        self._settled = None

    async def admit(self, batches: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
        """Those of the fetched records that are to be handled; none while positions had to be read."""
        assignment = assignment_of(self._consumer)
        if assignment is None or assignment is not self._settled:
            self._settled = None
            if assignment is not None and await self._settle(assignment):
                self._settled = assignment
            return {}
        try:
            admitted = {
                partition: self._offsets.admit(self._place(partition), records)
                for partition, records in batches.items()
            }
        except OtherTopic as other:
            await self._offsets.rewind(self._database, other.place)
            self.forget()
            return {}
        return {partition: list(records) for partition, records in admitted.items() if records}

    async def flush(self) -> None:
        """Store positions behind records that needed no effect, once a second. Raises Superseded."""
        try:
            await self._offsets.flush(self._database)
        except Exception as error:
            if not is_transient(error):
                raise

    async def _settle(self, assignment: Any) -> bool:
        """False when broker or database did not answer, or partitions have been given out anew."""
        try:
            async with asyncio.timeout(ASK_S):
                owned = await at_the_broker(self._consumer, assignment.tps, self._place)
            for place, offset in (await self._offsets.settle(self._database, owned)).items():
                self._consumer.seek(next(tp for tp in assignment.tps if self._place(tp) == place), offset)
        except IllegalStateError:
            return False
        except Exception as error:
            if not isinstance(error, KafkaError | TimeoutError) and not is_transient(error):
                raise
            log.warning("positions_not_read", error=type(error).__name__)
            self._beat()
            await MACHINE.sleep(_RETRY_S)
            return False
        return True

    def _place(self, partition: TopicPartition) -> Place:
        return plain_name(self._settings, partition.topic), partition.partition


def assignment_of(consumer: AIOKafkaConsumer) -> Any:
    """The client's present assignment, an object of its own each time; None without one."""
    subscription = consumer._subscription.subscription
    return None if subscription is None else subscription.assignment


async def at_the_broker(
    consumer: AIOKafkaConsumer, partitions: Any, place_of: Callable[[TopicPartition], Place]
) -> dict[Place, AtTheBroker]:
    """What the broker has of these partitions."""
    owned = list(partitions)
    if not owned:
        return {}
    begins = await consumer.beginning_offsets(owned)
    ends = await consumer.end_offsets(owned)
    committed = await asyncio.gather(*(consumer.committed(partition) for partition in owned))
    return {
        place_of(partition): AtTheBroker(begins[partition], ends[partition], offset)
        for partition, offset in zip(owned, committed, strict=True)
    }
