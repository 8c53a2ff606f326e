"""What happens between events: wake-ups, dirty customers, and the sweep that brings everybody to a new program."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.analytics.domain.instants import from_datetime
from services.analytics.repository import fills, people, programs, states
from services.analytics.service.advancing import Advancer, Job
from services.analytics.service.partitions import partition_of
from services.analytics.service.programs import Programs
from services.analytics.service.saying import Said
from shared.clock import MACHINE
from shared.contracts.envelope import Origin
from shared.observability.metrics import counter, gauge
from shared.worker.parts import WorkerContext

WAKE_MOST = 500
DIRTY_MOST = 100
SWEEP_MOST = 250
# Counting what is due costs a third of a full batch of wake-ups (100,000 due at once: measured).
COUNT_EVERY_S = 5.0
# What is recomputed without an event: a customer was put on a static list, or taken off.
LISTED = "list"

WOKEN = counter("segment_wakeups", "Customers woken by the clock")
WAKE_BACKLOG = gauge("segment_wakeups_due", "Wake-ups due and not yet handled, in this worker's partitions")
SWEPT = counter("segment_swept", "Customers brought to a new program by the back-fill")


class Chores:
    """The use cases of the lane. Each call is bounded; True means that there is more to do at once."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._advancer = Advancer()
        self._swept_revision = 0
        self._next_count = 0.0

    async def wake(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """Everybody whose wake-up is due, in partitions read up to it, is advanced; what lapsed carries its instant."""
        if not reached:
            return False
        async with context.database.transaction() as tx:
            compiled = await self._programs.current(tx)
            due = await states.due(tx, reached, WAKE_MOST)
            if due:
                jobs = {id: Job(from_datetime(reached[number])) for id, number in due.items()}
                await self._advancer.run(tx, compiled, jobs, Said())
        WOKEN.inc(len(due))
        if len(due) < WAKE_MOST:
            WAKE_BACKLOG.set(0)
            return False
        if MACHINE.monotonic() >= self._next_count:
            self._next_count = MACHINE.monotonic() + COUNT_EVERY_S
            async with context.database.transaction() as tx:
                WAKE_BACKLOG.set(await states.count_due(tx, reached))
        return True

    async def tend(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """A bounded piece of what is dirty, and of the sweep, is done."""
        if not reached:
            return False
        more = await self._recompute(context, reached)
        return await self._sweep(context, reached) or more

    async def _recompute(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        async with context.database.transaction() as tx:
            found = await people.dirty(tx, reached, DIRTY_MOST)
            if not found:
                return False
            compiled = await self._programs.current(tx)
            ids = [one.customer_id for one in found]
            survivors, erased = await people.standing(tx, ids)
            retired = survivors.keys() | erased
            groups = await people.groups(tx, [id for id in ids if id not in retired])
            causes = {one.customer_id: str(one.cause) if one.cause else LISTED for one in found}
            origins = {causes[one.customer_id]: Origin(one.origin) for one in found}
            until = {id: from_datetime(reached[partition_of(id)]) for id in ids}
            said = Said(origins=origins)
            await self._advancer.rebuild(tx, compiled, groups, until, causes, said)
            await self._advancer.retire(tx, compiled, {id: until[id] for id in ids if id in retired}, causes, said)
            await people.clean(tx, ids)
        return len(found) == DIRTY_MOST

    async def _sweep(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        async with context.database.transaction() as tx:
            compiled = await self._programs.current(tx)
            if compiled.is_filling:
                await fills.note_read(tx, reached)
            if compiled.revision == self._swept_revision:
                return False
            piece = await programs.next_sweep(tx, list(reached), SWEEP_MOST)
            if piece is None:
                if not await programs.sweep_open(tx):
                    self._swept_revision = compiled.revision
                return False
            number, ids = piece
            jobs = {id: Job(from_datetime(reached[number])) for id in ids}
            await self._advancer.sweep(tx, compiled, jobs, Said())
        SWEPT.inc(len(ids))
        return True
