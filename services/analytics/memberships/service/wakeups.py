"""Wake customers whose windows lapse: what lapsed carries its exact instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.analytics.memberships.repository import states
from services.analytics.memberships.service.advancing import Job, advance_customers
from services.analytics.memberships.service.emission import Causes
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.service.programs import Programs
from shared.clock import MACHINE
from shared.observability.metrics import counter, gauge
from shared.worker.parts import WorkerContext

WAKE_MOST = 500
# Counting what is due costs a third of a full batch of wake-ups (100,000 due at once: measured).
COUNT_EVERY_S = 5.0

WOKEN = counter("segment_wakeups", "Customers woken by the clock")
WAKE_BACKLOG = gauge("segment_wakeups_due", "Wake-ups due and not yet handled, in this worker's partitions")


class WakeUps:
    """What the lane does about customers whose wake-up is due."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._next_count = 0.0

    async def step(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """Up to WAKE_MOST of them are advanced, in partitions read up to their wake-up; True when there are more."""
        if not reached:
            return False
        async with context.database.transaction() as tx:
            compiled = await self._programs.current(tx)
            due = await states.due(tx, reached, WAKE_MOST)
            if due:
                jobs = {id: Job(from_datetime(reached[number])) for id, number in due.items()}
                await advance_customers(tx, compiled, jobs, Causes())
        WOKEN.inc(len(due))
        if len(due) < WAKE_MOST:
            WAKE_BACKLOG.set(0)
            return False
        if MACHINE.monotonic() >= self._next_count:
            self._next_count = MACHINE.monotonic() + COUNT_EVERY_S
            async with context.database.transaction() as tx:
                WAKE_BACKLOG.set(await states.count_due(tx, reached))
        return True
