"""The jobs of exports: files are filled, and old ones are deleted."""

from __future__ import annotations

from services.customers.exports.service.filling import delete_old_exports, fill_exports
from shared.worker.parts import Job, WorkerContext, until_done


async def _fill(context: WorkerContext) -> None:
    await fill_exports(context.database, context.settings)


JOBS = [
    # Somebody waits for the file.
    Job("fill-exports", 2.0, _fill),
    Job("delete-export-files", 60.0, until_done(delete_old_exports)),
]
