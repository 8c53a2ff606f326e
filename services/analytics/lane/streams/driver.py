"""Faust without its streams: its application, consumer thread, group membership and rebalances carry whole batches.

Faust hands records over one by one (about 100 microseconds each: measured, half of a core at 5,000 a second), acks an
event whose agent raised, and never commits past a gap. Here records go from the consumer to the backlog as the broker
sent them, and the lane commits the offsets it has handled. What is overridden is the least that does it:

- the consumer's factory (broker_thread.py): Faust fixes `fetch_max_wait_ms=1500`, offers no `fetch_min_bytes`, and
  without tables assigns round robin, which does not keep partition n of all topics together when the workers do not
  divide the partitions;
- the drain loop: hands over batches, and what the broker still holds;
- the seek: to where the database says that this consumer stands (positions.py);
- the commit (broker_thread.py): after a rebalance it fails (CommitFailedError, IllegalStateError, ValueError); that is
  expected.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from services.analytics.lane.streams.broker_thread import (
    FETCH_TIMEOUT_S,
    HEARTBEAT_S,
    MAX_POLL_S,
    SESSION_S,
    BrokerThread,
)
from services.analytics.lane.streams.feed import Feed
from services.analytics.lane.streams.positions import Positions

# Per partition; beyond it the partition is left out of the next fetches.
QUEUE_MOST = 2_000


class _Consumer(Consumer):
    _thread: BrokerThread
    app: Any

    def _new_consumer_thread(self) -> BrokerThread:
        return BrokerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def thread(self) -> BrokerThread:
        """The thread that speaks to the broker."""
        return self._thread

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.app.positions.begin_seek()
        self.app.feed.reset(())
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        self.app.positions.begin_seek()
        self.app.feed.reset(assigned)
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        feed, positions = self.app.feed, self.app.positions
        positions.begin_seek()
        generation = feed.generation
        await super().perform_seek()
        if feed.is_generation(generation):
            positions.end_seek()

    async def _drain_messages(self, fetcher: Any) -> None:
        app: Application = self.app
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await asyncio.wait({asyncio.ensure_future(self.can_resume_flow.wait())}, timeout=FETCH_TIMEOUT_S)
                continue
            if not await app.positions.are_read(self._thread, app.feed):
                await asyncio.sleep(0.01)
                continue
            active = {tp for tp in self._get_active_partitions() if app.feed.backlog.length(tp) < QUEUE_MOST}
            if not active:
                await asyncio.sleep(0.01)
                continue
            still_wanted = partial(app.feed.is_generation, app.feed.generation)
            fetched = await self._thread.fetch(active, still_wanted)
            admitted = await app.positions.admit(fetched) if still_wanted() else None
            if admitted is not None and still_wanted():
                app.feed.offer(admitted)


class _Transport(Transport):
    Consumer = _Consumer


class _Boot(BootStrategy):
    # Events are emitted through the outbox, never from here.
    enable_kafka_producer = False
    enable_web = False


class Application(faust.App):
    """The Faust application of the service: no web server, no tables, no directories, no leader topic."""

    BootStrategy = _Boot
    feed: Feed
    connection: Mapping[str, Any]
    """Arguments of the client: addresses, TLS, credentials. Faust's own settings know no SCRAM-SHA-512."""
    positions: Positions

    @property
    def broker(self) -> BrokerThread:
        """The thread that speaks to the broker."""
        consumer: Any = self.consumer
        return cast(BrokerThread, consumer.thread)

    def _create_directories(self) -> None:
        """Nothing is kept on disk."""


def make_application(group: str, connection: Mapping[str, Any], topics: list[str], positions: Positions) -> Application:
    """An application that reads `topics` (names as on the wire) for `group`, from `positions` on. Start and stop it in
    a running loop."""
    app = Application(
        group,
        broker=[f"kafka://{server}" for server in connection["bootstrap_servers"].split(",")],
        autodiscover=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_max_poll_interval=MAX_POLL_S,
        broker_request_timeout=20,
        web_enabled=False,
    )
    app.transport = _Transport(app.conf.broker_consumer, app)
    app.feed = Feed(topics)
    app.connection = connection
    app.positions = positions
    # Registers the subscription. Acks are off: the lane commits, so Faust's search for gaps has nothing to block on.
    aiter(app.topic(*topics, value_type=bytes, key_type=bytes, acks=False))
    return app
