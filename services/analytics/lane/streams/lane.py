"""The lane: one loop in which batches of events, wake-ups, dirty customers and back-fills of this worker take turns.

Nothing of a customer is kept between two turns, and nothing escapes: an unexpected error ends the worker with its
offsets where they are, and its supervisor starts it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from aiokafka.errors import KafkaError
from faust.types import TP

from services.analytics.lane.streams.backlog import Fetched
from services.analytics.lane.streams.driver import Application, make_application
from services.analytics.lane.streams.end_offsets import ANSWER_S, EndOffsetQuery
from services.analytics.lane.streams.frontier import Frontier
from services.analytics.lane.streams.positions import Positions
from services.analytics.lane.streams.watermarks import Watermarks, marked_services
from services.analytics.lane.streams.watermarks import follow as follow_watermarks
from shared.bounded import within
from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import is_transient
from shared.events.offsets import ConsumerOffsets, Superseded
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.kafka.clients import plain_name, wire_name
from shared.kafka.connecting import connection_of
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

# What is paid once a batch is some milliseconds here: four times the kernel's batch handles a third more (measured).
MOST = 2_000
TICK_S = 0.25
# With little to do a lapse need not wait so long: the frontier moves with the ticks (p99 1.0 s → 0.67 s, measured).
QUIET_TICK_S = 0.1
COMMIT_S = 0.5
# Longer than any pause of a healthy consumer: records are at the broker, none arrives.
STUCK_S = 12.0
STOP_S = 5.0
# A batch makes a hundred thousand short-lived objects and no circles: the default of 700 costs 5-10 %.
GC_YOUNG = 50_000

LAG = gauge("lane_backlog", "Records fetched and not yet handled")
PARTITIONS = gauge("lane_partitions", "Partitions that this worker owns")


class Stuck(RuntimeError):
    """The broker holds records and the consumer does not bring them."""


Step = Callable[[WorkerContext, Mapping[int, datetime]], Awaitable[bool]]
"""What the lane does between batches: one or more whole transactions, with the moment up to which the inputs of each
partition are read; True when there is more to do at once."""


class Lane:
    """The worker's part."""

    name = "lane"

    def __init__(self, settings: ServiceSettings, subscription: Subscription, steps: Sequence[Step]) -> None:
        self._settings = settings
        self._subscription = subscription
        self._steps = steps
        self._topics = [wire_name(settings, topic) for topic in subscription.topics]
        self._watermarks = Watermarks(marked_services(subscription.topics))
        self._committed: dict[TP, int] = {}
        # From the moment a batch is taken until its transaction is committed, "given out" is not "handled".
        self._in_flight = False

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Handle for ever. A broker that is away at the start is waited for."""
        gc.set_threshold(GC_YOUNG, 20, 100)
        while True:
            beat()
            offsets = ConsumerOffsets(self._subscription.consumer)
            app = make_application(
                f"{self._settings.topic_prefix}{self._settings.service}", connection_of(self._settings), self._topics,
                Positions(self._settings, context.database, offsets),
            )  # fmt: skip
            self._in_flight = False
            starting = asyncio.create_task(app.start(), name="faust")
            following = asyncio.create_task(follow_watermarks(self._settings, self._watermarks), name="watermarks")
            try:
                await self._handle(app, offsets, (starting, following), context, beat)
            except (KafkaError, OSError) as error:
                log.warning("lane_waits_for_the_broker", error=type(error).__name__)
            finally:
                starting.cancel()
                following.cancel()
                with contextlib.suppress(Exception):
                    await within(2, self._commit(app))
                with contextlib.suppress(Exception):
                    await within(STOP_S, app.stop())
            await MACHINE.sleep(1.0)

    async def _handle(
        self,
        app: Application,
        offsets: ConsumerOffsets,
        beside: Sequence[asyncio.Task[None]],
        context: WorkerContext,
        beat: Callable[[], None],
    ) -> None:
        processor = BatchProcessor(context.database, self._subscription, offsets=offsets, beat=beat)
        frontier, generation = Frontier(app.feed.backlog), -1
        query = EndOffsetQuery(app, frontier, self._watermarks)
        next_query = next_commit = 0.0
        more = False
        try:
            while True:
                self._check(app, beside)
                if generation != app.feed.generation:
                    generation = app.feed.generation
                    frontier.reset()
                    self._committed.clear()
                app.feed.filled.clear()
                batch = app.feed.backlog.take(MOST)
                if batch:
                    self._in_flight = True
                    await self._process(app, processor, [self._record(fetched) for fetched in batch])
                    self._in_flight = False
                    beat()
                now = MACHINE.monotonic()
                if now >= next_query and not query.is_open:
                    next_query = now + (TICK_S if len(batch) == MOST else QUIET_TICK_S)
                    self._begin(query, app, context, beat)
                if query.is_answered() or more:
                    beat()
                    more = await self._take_steps(frontier, context, beat)
                if now >= next_commit:
                    await self._flush(app, offsets, context)
                    await self._commit(app)
                    next_commit = now + COMMIT_S
                if not batch and not more:
                    # An answer wakes it as well.
                    pause = QUIET_TICK_S if query.is_open else max(0.005, next_query - MACHINE.monotonic())
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await app.feed.filled.wait()
        finally:
            query.stop()

    async def _process(self, app: Application, processor: BatchProcessor, records: list[Record]) -> None:
        try:
            await processor.process(records)
        except Superseded as error:
            log.warning("positions_read_anew", consumer=self._subscription.consumer, reason=str(error))
            app.positions.forget()
            app.feed.reset(app.feed.backlog.assigned())

    def _check(self, app: Application, beside: Sequence[asyncio.Task[None]]) -> None:
        for task in beside:
            if task.done() and (error := task.exception()) is not None:
                raise error
        if app.crashed:
            raise app.crash_reason or Stuck("the consumer crashed")
        waiting = app.feed.waiting_s()
        if waiting > STUCK_S:
            raise Stuck(f"nothing arrived for {waiting:.0f} s although the broker holds more")

    def _begin(self, query: EndOffsetQuery, app: Application, context: WorkerContext, beat: Callable[[], None]) -> None:
        LAG.set(len(app.feed.backlog))
        PARTITIONS.set(len(app.feed.backlog.partitions()))
        context.waits_for.clear()
        context.waits_for.update(self._watermarks.late(context.clock))
        if app.feed.backlog.assigned():
            query.begin(context.clock)
        else:
            beat()

    async def _take_steps(self, frontier: Frontier, context: WorkerContext, beat: Callable[[], None]) -> bool:
        try:
            reached, more = frontier.reached(), False
            for step in self._steps:
                more = await step(context, reached) or more
                beat()
            return more
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("steps_wait_for_the_database", error=type(error).__name__)
            beat()
            return False

    async def _flush(self, app: Application, offsets: ConsumerOffsets, context: WorkerContext) -> None:
        """Store positions behind records of types that nobody here handles."""
        try:
            await offsets.flush(context.database)
        except Superseded:
            app.positions.forget()
            app.feed.reset(app.feed.backlog.assigned())
        except Exception as error:
            if not is_transient(error):
                raise

    async def _commit(self, app: Application) -> None:
        """Tell the group what is handled. What is lost of it comes again, and the inbox removes it.

        A stop in the middle of a batch commits nothing: its records have left the backlog without their effect.
        """
        if self._in_flight:
            return
        backlog = app.feed.backlog
        handled = {tp: at for tp in backlog.assigned() if (at := backlog.handled(tp)) is not None}
        changed = {tp: at for tp, at in handled.items() if self._committed.get(tp) != at}
        if not changed:
            return
        with contextlib.suppress(TimeoutError):
            if await within(ANSWER_S, app.broker.commit_handled(changed)):
                self._committed.update(changed)

    def _record(self, fetched: Fetched) -> Record:
        return Record(
            plain_name(self._settings, fetched.topic), fetched.partition, fetched.offset, fetched.key, fetched.value,
            fetched.headers, fetched.timestamp,
        )  # fmt: skip
