"""Fits of models: every night, and when somebody asks for one."""

from __future__ import annotations

from services.analytics.scores.service.requesting import fit_next, request_nightly
from shared.worker.parts import Job, WorkerContext

# Whoever asks for a fit waits so long for its beginning.
EVERY_S = 15.0
# A worker that was away handles its backlog first: scores by facts that are not complete would be of yesterday.
FIRST_S = 120.0


async def fit_waiting(context: WorkerContext) -> None:
    """Nightly fits are asked for, and those that wait are done."""
    async with context.database.transaction() as tx:
        await request_nightly(tx)
    while await fit_next(context):
        pass


def job() -> Job:
    """The job, done by one worker at a time."""
    return Job("scores", EVERY_S, fit_waiting, first_s=FIRST_S)
