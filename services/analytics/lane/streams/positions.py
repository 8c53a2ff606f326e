"""Send Faust's client to where analytics' database says that it stands, after each assignment.

Faust goes where the group's commits stand, once for each assignment and perhaps after the flow is open. So nothing is
drained before that is over and the client was sent on to the right place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aiokafka.errors import IllegalStateError, KafkaError
from faust.types import TP

from services.analytics.lane.streams.broker_thread import BrokerThread
from services.analytics.lane.streams.feed import Feed, Fetch
from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import Database, is_transient
from shared.events.offsets import ConsumerOffsets, OtherTopic, Place
from shared.kafka.clients import plain_name
from shared.observability.logging import get_logger

log = get_logger(__name__)

_RETRY_S = 1.0


class Positions:
    """The positions of one application. Records fetched from elsewhere are not admitted."""

    def __init__(self, settings: ServiceSettings, database: Database, offsets: ConsumerOffsets) -> None:
        self._settings = settings
        self._database = database
        self._offsets = offsets
        self._sought = False
        self._read = False

    def begin_seek(self) -> None:
        """Faust will go where the commits stand, or the partitions change."""
        self._sought = self._read = False

    def end_seek(self) -> None:
        """Faust is there, and stays."""
        self._sought = True

    def forget(self) -> None:
        """Positions are read anew before anything is admitted."""
        self._read = False

    async def are_read(self, thread: BrokerThread, feed: Feed) -> bool:
        """Whether records may be fetched; reads the positions, and seeks, when it is time."""
        if self._read or not self._sought:
            return self._read
        assigned = feed.backlog.assigned()
        generation = feed.generation
        try:
            owned = await thread.at_the_broker(assigned, self._place)
            found = await self._offsets.settle(self._database, owned)
            if not self._sought or not feed.is_generation(generation):
                return False
            feed.reset(assigned)
            await thread.seek_to({tp: found[self._place(tp)] for tp in assigned})
        except IllegalStateError:
            return False
        except Exception as error:
            if not isinstance(error, KafkaError | TimeoutError) and not is_transient(error):
                raise
            log.warning("positions_not_read", error=type(error).__name__)
            await MACHINE.sleep(_RETRY_S)
            return False
        self._read = self._sought
        return self._read

    async def admit(self, fetch: Fetch) -> Fetch | None:
        """What was fetched, without records that are known; None when positions must be read anew."""
        records = {}
        try:
            for tp, got in fetch.records.items():
                admitted: Sequence[object] = self._offsets.admit(self._place(tp), got)
                if admitted:
                    records[tp] = got[len(got) - len(admitted) :]
        except OtherTopic as other:
            await self._offsets.rewind(self._database, other.place)
            self.forget()
            return None
        # The client begins one record before: until that one comes, its position is not where ours is.
        positions = {tp: max(at, self._offsets.first_unread(self._place(tp))) for tp, at in fetch.positions.items()}
        return replace(fetch, records=records, positions=positions)

    def _place(self, tp: TP) -> Place:
        return plain_name(self._settings, tp.topic), tp.partition
