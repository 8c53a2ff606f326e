"""The nightly comparison of memberships with the facts."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from services.analytics.reconciliation.service import reconcile, reconciled_within
from services.analytics.segments.service.programs import Programs
from shared.worker.parts import Job, WorkerContext

# Asked for every hour, so that a restart neither repeats nor skips a night.
ASK_S = 3600.0
NIGHT = timedelta(hours=20)
# A worker that was away comes back with a backlog. Comparing first took a sixth of its time and held the states which
# the other workers' batches waited for (measured).
FIRST_S = 600.0


async def nightly(context: WorkerContext, programs: Programs) -> None:
    """Compare a sample of customers with the facts, once a day."""
    if not await reconciled_within(context.database, NIGHT):
        await reconcile(context.database, programs, context.settings.reconcile_sample)


def job(programs: Programs) -> Job:
    """The job of a worker that keeps `programs`."""
    return Job("reconcile", ASK_S, partial(nightly, programs=programs), first_s=FIRST_S)
