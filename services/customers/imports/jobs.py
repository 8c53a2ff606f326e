"""The jobs of imports: rows are taken, and files that are old are deleted."""

from __future__ import annotations

from services.customers.imports.clients.lag import AnalyticsLag
from services.customers.imports.service.consents import tell_privacy
from services.customers.imports.service.pacing import run_imports
from services.customers.imports.service.running import delete_old_files
from shared.worker.parts import Job, WorkerContext, until_done


async def _run(context: WorkerContext) -> None:
    await run_imports(context.database, context.settings, AnalyticsLag(context.settings).events)


async def _tell_privacy(context: WorkerContext) -> None:
    await tell_privacy(context.database, context.settings)


JOBS = [
    # Somebody waits for the dry run.
    Job("run-imports", 1.0, _run),
    Job("tell-consents", 2.0, _tell_privacy),
    Job("delete-import-files", 60.0, until_done(delete_old_files)),
]
