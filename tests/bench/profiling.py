"""Where the time goes: a row's process, run again under the profiler."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.ground import Ground
from tests.bench.table import Report

# Of each group the process that does most of the work.
PROCESSES = {
    "ingest": "interactions.app",
    "recording": "interactions.worker",
    "segments": "analytics.worker",
    "lapse": "analytics.worker",
    "new segment": "analytics.worker",
    "loop": "campaigns.worker",
    "sending": "campaigns.worker",
    "look-ups": "customers.app",
}
MOST = 2


def slowest(report: Report) -> list[str]:
    """The groups that are farthest from their targets and can be profiled."""
    groups = dict.fromkeys(row.group for row in report.farthest(len(report.rows)))
    return [group for group in groups if group in PROCESSES][:MOST]


@contextlib.contextmanager
def profiled(ground: Ground, group: str, folder: Path) -> Iterator[Path]:
    """Inside, the group's process runs under the profiler; the file is written when it stops."""
    file = folder / f"profile-{group.replace(' ', '-')}.txt"
    file.unlink(missing_ok=True)
    ground.profiled[PROCESSES[group]] = file
    try:
        yield file
    finally:
        ground.profiled.clear()
    sys.stderr.write(f"{group}: {file if file.exists() else 'no profile was written'}\n")
