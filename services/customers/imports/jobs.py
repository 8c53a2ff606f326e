"""The jobs of imports: rows are taken, and files that are old are deleted."""

from __future__ import annotations

from services.customers.imports.clients.lag import AnalyticsLag
from services.customers.imports.service.consents import tell_privacy
from services.customers.imports.service.running import continue_import, delete_old_files
from shared.database.transaction import Tx
from shared.files.imports.pacing import run_imports
from shared.worker.parts import Job, WorkerContext, until_done

# However far analytics is behind, some rows go on: an import never stands still for ever.
_LONGEST_S = 60.0


async def _run(context: WorkerContext) -> None:
    async def go_on(tx: Tx) -> bool:
        return await continue_import(tx, context.settings)

    await run_imports(context.database, go_on, AnalyticsLag(context.settings).behind, longest_s=_LONGEST_S)


async def _tell_privacy(context: WorkerContext) -> None:
    await tell_privacy(context.database, context.settings)


JOBS = [
    # Somebody waits for the dry run.
    Job("run-imports", 1.0, _run),
    Job("tell-consents", 2.0, _tell_privacy),
    Job("delete-import-files", 60.0, until_done(delete_old_files)),
]
