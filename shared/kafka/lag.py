"""The lag of a consumer group, asked of the broker, because a stuck consumer believes that it is idle."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.contracts.topics import partitions_of
from shared.kafka.clients import make_consumer, wire_name


@dataclass(frozen=True, slots=True)
class GroupLag:
    """Of the whole group, not of one process. `unchanged_s`: how long its commits have stood still, as seen here."""

    lag: int
    unchanged_s: float


class GroupWatch:
    """Looks at one group when asked, and remembers since when its commits stand still."""

    def __init__(self, settings: ServiceSettings, group: str, topics: Sequence[str]) -> None:
        self.group = group
        self._settings = settings
        self._partitions = [
            TopicPartition(wire_name(settings, topic), number)
            for topic in topics
            for number in range(partitions_of(topic))
        ]
        self._committed: list[int] | None = None
        self._changed_at = MACHINE.monotonic()

    async def look(self) -> GroupLag:
        """Ask the broker. Raises what the client raises when it is away."""
        # Assigned by hand, so it does not join the group.
        observer = make_consumer(self._settings, self.group)
        observer.assign(self._partitions)
        try:
            await observer.start()
            ends = await observer.end_offsets(self._partitions)
            committed = await self._commits(observer)
        finally:
            await observer.stop()
        if committed != self._committed:
            self._committed, self._changed_at = committed, MACHINE.monotonic()
        waiting = sum(
            max(0, ends[partition] - offset) for partition, offset in zip(self._partitions, committed, strict=True)
        )
        return GroupLag(waiting, 0.0 if waiting == 0 else MACHINE.monotonic() - self._changed_at)

    async def _commits(self, observer: AIOKafkaConsumer) -> list[int]:
        committed = await asyncio.gather(*(observer.committed(partition) for partition in self._partitions))
        begins = await observer.beginning_offsets(self._partitions)
        return [
            begins[partition] if offset is None else max(offset, begins[partition])
            for partition, offset in zip(self._partitions, committed, strict=True)
        ]
