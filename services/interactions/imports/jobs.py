"""The jobs of imports: orders are recorded, as fast as those who hear of them keep up, and old files are deleted."""

from __future__ import annotations

from services.interactions.imports.clients import Followers
from services.interactions.imports.service.running import continue_import, delete_old_files
from shared.database.transaction import Tx
from shared.files.imports.pacing import run_imports
from shared.worker.parts import Job, WorkerContext, until_done


async def _run(context: WorkerContext) -> None:
    async def go_on(tx: Tx) -> bool:
        return await continue_import(tx, context.settings)

    followers = Followers(context.settings, context.settings.import_followers)
    await run_imports(context.database, go_on, followers.are_behind)


JOBS = [
    # Somebody waits for the dry run.
    Job("run-imports", 1.0, _run),
    Job("delete-import-files", 60.0, until_done(delete_old_files)),
]
