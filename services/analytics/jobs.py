"""What runs by the clock, or by hand: `python -m services.analytics.jobs reconcile --all`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import timedelta

from services.analytics.config import Settings
from services.analytics.service.filling import Filling
from services.analytics.service.programs import Programs
from services.analytics.service.reconciling import reconcile, reconciled_within
from shared.clock import open_clock
from shared.database.engine import Database
from shared.worker.parts import Job, WorkerContext

# Asked for every hour, so that a restart neither repeats nor skips a night.
ASK_S = 3600.0
NIGHT = timedelta(hours=20)
# A worker that was away comes back with a backlog. Comparing first took a sixth of its time and held the states which
# the other workers' batches waited for (measured).
FIRST_S = 600.0
# How long a new segment may wait before its back-fill begins.
FILL_S = 0.5


async def nightly(context: WorkerContext) -> None:
    """A sample of customers is compared with the facts, once a day."""
    if await reconciled_within(context.database, NIGHT):
        return
    await reconcile(context.database, Programs(), context.settings.reconcile_sample)


class Fill:
    """The back-fill, by one process of the service at a time."""

    def __init__(self) -> None:
        self._filling = Filling()

    async def run(self, context: WorkerContext) -> None:
        """All that can be done now. Asks before it takes the lock, which costs a connection."""
        async with context.database.transaction() as tx:
            if not await self._filling.has_work(tx):
                return
        async with context.database.exclusive("fill") as mine:
            while mine and await self._filling.step(context):
                pass


def jobs() -> list[Job]:
    """What a worker does by the clock."""
    return [Job("reconcile", ASK_S, nightly, first_s=FIRST_S), Job("fill", FILL_S, Fill().run, exclusive=False)]


async def _reconcile(settings: Settings, most: int | None, repair: bool) -> int:
    database = Database(settings.database_url, source=settings.service, clock=open_clock(settings.clock_file))
    try:
        report = await reconcile(database, Programs(), most, repair=repair)
    finally:
        await database.close()
    sys.stdout.write(f"{report.customers} customers compared, {report.mismatches} differ from the facts\n")
    for example in report.examples:
        sys.stdout.write(f"{example}\n")
    return 1 if report.mismatches else 0


def main() -> None:
    """Command line; the exit status is 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    command = parser.add_subparsers(dest="command", required=True)
    reconciling = command.add_parser("reconcile", help="compare memberships with the facts")
    reconciling.add_argument("--all", action="store_true", help="every customer, not only a sample")
    reconciling.add_argument("--repair", action="store_true", help="have those that differ recomputed")
    arguments = parser.parse_args()
    settings = Settings()
    most = None if arguments.all else settings.reconcile_sample
    sys.exit(asyncio.run(_reconcile(settings, most, arguments.repair)))


if __name__ == "__main__":
    main()
