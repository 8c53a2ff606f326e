"""Memberships follow scores, in the lane and some customers at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.analytics.memberships.service.advancing import Job, advance_loaded, load
from services.analytics.memberships.service.emission import Causes
from services.analytics.scorecards import repository as scorecards
from services.analytics.segments.domain.catalogue import SCORES
from services.analytics.segments.domain.engine import Change, ScoreChange
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.service.programs import Programs
from shared.clock import MACHINE
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx
from shared.observability.metrics import counter
from shared.worker.parts import WorkerContext

FOLLOW_MOST = 200
# For each second that this takes the lane has two for events: a night's fit may flip everybody.
_REST = 2.0

FOLLOWED = counter("score_changes_followed", "Customers whose memberships followed their scores")


class Following:
    """What the lane does about customers whose scores have changed."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._next = 0.0

    async def step(self, context: WorkerContext, reached: Mapping[int, datetime]) -> bool:
        """Up to FOLLOW_MOST of them have the memberships of their scores. Always False: the next ones wait a turn."""
        began = MACHINE.monotonic()
        if not reached or began < self._next:
            return False
        async with context.database.transaction() as tx:
            followed = await self._follow(tx, reached)
        if followed:
            FOLLOWED.inc(followed)
            self._next = MACHINE.monotonic() + _REST * (MACHINE.monotonic() - began)
        return False

    async def _follow(self, tx: Tx, reached: Mapping[int, datetime]) -> int:
        found = await scorecards.waiting(tx, reached, FOLLOW_MOST)
        if not found:
            return 0
        compiled = await self._programs.current(tx)
        # Read when the marks are locked: a fit that goes on meanwhile waits to mark anew who is changed by it.
        scores = await scorecards.scores_of(tx, [mark.customer_id for mark in found])
        jobs, origins = {}, {}
        for mark in found:
            cause, until = str(mark.cause), from_datetime(reached[mark.partition])
            origins[cause] = Origin(mark.origin)
            held = scores.get(mark.customer_id, {})
            changes: list[Change] = [ScoreChange(cause, until, name, held.get(name)) for name in SCORES]
            jobs[mark.customer_id] = Job(until, changes)
        loaded = await load(tx, compiled, jobs)
        # Who was merged meanwhile has no state.
        present = {id: job for id, job in jobs.items() if id in loaded.rows}
        await advance_loaded(tx, compiled, present, loaded, Causes(origins=origins))
        await scorecards.done(tx, [mark.customer_id for mark in found])
        return len(found)
