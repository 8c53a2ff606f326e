"""The jobs of imports: rows are taken, and files that are old are deleted."""

from __future__ import annotations

from services.customers.imports.service.running import continue_import, delete_old_files
from shared.worker.parts import Job, until_done

JOBS = [
    # Somebody waits for the dry run.
    Job("run-imports", 1.0, until_done(continue_import)),
    Job("delete-import-files", 600.0, until_done(delete_old_files)),
]
