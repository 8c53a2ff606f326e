"""`crm reconcile`: compare the memberships that analytics keeps with what the facts alone say."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from services.crm.installation import DEFAULT
from services.crm.output import REFUSED, AsJson, failures_explained, show
from services.crm.settings import Folder, settings_for
from shared.clock import open_clock
from shared.database.engine import Database
from shared.observability.logging import configure_logging


def reconcile(
    everybody: Annotated[bool, typer.Option("--all", help="Every customer, not only a sample.")] = False,
    repair: Annotated[bool, typer.Option(help="Have those that differ recomputed.")] = False,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Compare segment memberships with the facts. Exit status 1 when some differ, which is a fault to report.

    \b
    Example:
      crm reconcile --all --json > differences.json
    """
    report = _compare(folder, everybody, repair)
    lines = [f"{report.customers} customers compared, {report.mismatches} differ from the facts"]
    lines += [str(example) for example in report.examples]
    body = {"customers": report.customers, "mismatches": report.mismatches, "examples": report.examples}
    show(body, "\n".join(lines), as_json=as_json)
    if report.mismatches:
        raise typer.Exit(REFUSED)


def _compare(folder: Path, everybody: bool, repair: bool) -> Any:
    # Here, because it takes a second to import, which the other commands need not wait for.
    from services.analytics.config import Settings
    from services.analytics.reconciliation.service import reconcile as compare
    from services.analytics.segments.service.programs import Programs

    settings = settings_for("analytics", folder)
    assert isinstance(settings, Settings)
    configure_logging("WARNING", service=settings.service, process="crm")

    async def run() -> Any:
        database = Database(settings.database_url, source=settings.service, clock=open_clock(settings.clock_file))
        try:
            return await compare(database, Programs(), None if everybody else settings.reconcile_sample, repair=repair)
        finally:
            await database.close()

    with failures_explained():
        return asyncio.run(run())
