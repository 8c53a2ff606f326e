"""Commands for operators: `python -m services.analytics.jobs reconcile --all`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from services.analytics.config import Settings
from services.analytics.reconciliation.service import reconcile
from services.analytics.segments.service.programs import Programs
from shared.clock import open_clock
from shared.database.engine import Database


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
