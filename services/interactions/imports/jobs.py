"""The jobs of imports: orders are recorded, as fast as those who hear of them keep up, and old files are deleted."""

from __future__ import annotations

from services.interactions.imports.clients import Followers
from services.interactions.imports.service.running import continue_import, delete_old_files
from shared.clock import MACHINE
from shared.worker.parts import Job, WorkerContext, until_done

_LOOK_S = 1.0


async def run_imports(context: WorkerContext) -> None:
    """Imports go on until none has anything left to do. Between, once a second, it is asked who is behind."""
    followers = Followers(context.settings, context.settings.import_followers)
    looked = MACHINE.monotonic()
    more = True
    while more:
        if MACHINE.monotonic() - looked >= _LOOK_S:
            while await followers.behind() is not None:
                await MACHINE.sleep(_LOOK_S)
            looked = MACHINE.monotonic()
        async with context.database.transaction() as tx:
            more = await continue_import(tx, context.settings)


JOBS = [
    # Somebody waits for the dry run.
    Job("run-imports", 1.0, run_imports),
    Job("delete-import-files", 60.0, until_done(delete_old_files)),
]
