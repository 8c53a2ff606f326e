"""Sweep the states behind a change of the program, at leisure and in the lane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.analytics.backfill.repository import fills, sweeps
from services.analytics.memberships.repository import states
from services.analytics.memberships.service.advancing import Job, advance_customers
from services.analytics.memberships.service.emission import Causes
from services.analytics.segments.domain.engine import decode
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.service.programs import Compiled, Programs
from shared.database.transaction import Tx
from shared.observability.metrics import counter
from shared.worker.parts import WorkerContext

SWEEP_MOST = 250

SWEPT = counter("segment_swept", "Customers brought to a new program by the back-fill")


class Sweeping:
    """What the lane does about states of an older program."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._swept_revision = 0

    async def step(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """The next piece of one partition follows, and how far inputs are handled is noted for the back-fill."""
        if not reached:
            return False
        async with context.database.transaction() as tx:
            compiled = await self._programs.current(tx)
            if compiled.is_filling:
                await fills.note_read(tx, reached)
            if compiled.revision == self._swept_revision:
                return False
            piece = await sweeps.next_sweep(tx, list(reached), SWEEP_MOST)
            if piece is None:
                if not await sweeps.sweep_open(tx):
                    self._swept_revision = compiled.revision
                return False
            number, ids = piece
            await _follow(tx, compiled, {id: Job(from_datetime(reached[number])) for id in ids})
        SWEPT.inc(len(ids))
        return True


async def _follow(tx: Tx, compiled: Compiled, jobs: Mapping[UUID, Job]) -> None:
    """Bring customers to the present program, those that are not yet."""
    rows = await states.read(tx, jobs)
    behind = {id: jobs[id] for id, row in rows.items() if decode(str(id), row.state).epoch != compiled.program.epoch}
    if behind:
        await advance_customers(tx, compiled, behind, Causes())
