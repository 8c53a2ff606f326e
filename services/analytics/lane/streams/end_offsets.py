"""Asks the broker where the topics end, beside the lane's work: on a busy machine an answer takes 5-50 ms."""

from __future__ import annotations

import asyncio

from aiokafka.errors import KafkaError

from services.analytics.lane.streams.driver import Application
from services.analytics.lane.streams.frontier import Frontier
from services.analytics.lane.streams.watermarks import Watermarks
from shared.bounded import within
from shared.clock import Clock
from shared.observability.logging import get_logger

log = get_logger(__name__)

ANSWER_S = 5.0


class EndOffsetQuery:
    """One question at a time. The lane looks for the answer between two batches."""

    def __init__(self, app: Application, frontier: Frontier, watermarks: Watermarks) -> None:
        self._app = app
        self._frontier = frontier
        self._watermarks = watermarks
        self._open: asyncio.Task[bool] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a question waits for its answer, or an answer for the lane."""
        return self._open is not None

    def begin(self, clock: Clock) -> None:
        """Ask, if nothing is open. The answer wakes the lane."""
        if self._open is None:
            self._open = asyncio.create_task(self._ask(clock), name="ends")
            self._open.add_done_callback(lambda _: self._app.feed.filled.set())

    def is_answered(self) -> bool:
        """True once for each answer. Raises what no broker answers."""
        if self._open is None or not self._open.done():
            return False
        asked, self._open = self._open, None
        return asked.result()

    def stop(self) -> None:
        """Nobody waits for the answer any more."""
        if self._open is not None:
            self._open.cancel()

    async def _ask(self, clock: Clock) -> bool:
        feed = self._app.feed
        generation = feed.generation
        # Read before the ends are asked for: what was on the topics then lies below them.
        covers = self._watermarks.least(clock)
        try:
            ends = await within(ANSWER_S, self._app.broker.ends(feed.backlog.assigned()))
        except (TimeoutError, KafkaError) as error:
            # No answer, and so no beat: a broker that answers others but not this client is the watchdog's case.
            log.warning("no_end_offsets", error=type(error).__name__)
            return False
        if not feed.is_generation(generation):
            return False
        feed.compare(ends)
        if covers is not None:
            self._frontier.ask(covers, ends)
        return True
