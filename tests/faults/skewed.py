"""`python -m tests.faults.skewed services.X.worker`: a process on a machine whose clock is wrong.

How wrong is read from a file in the working folder of the installation (CRM_SKEW), again and again, so that the clock
jumps while the process runs. Each process leaves a mark when it has seen a new value.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.clock import SystemClock

VARIABLE = "CRM_SKEW"
_FILE = "clock-skew"
_true_time = time.time
_LOOK_S = 0.2


class _Skew:
    """By how many seconds this machine's clock is wrong."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._looked_at = 0.0
        self._seconds = 0.0

    def seconds(self) -> float:
        if time.monotonic() - self._looked_at > _LOOK_S:
            self._looked_at = time.monotonic()
            seconds = float(self._file.read_text()) if self._file.exists() else 0.0
            if seconds != self._seconds:
                _mark(self._file.parent, seconds).touch()
            self._seconds = seconds
        return self._seconds


def file_in(folder: Path) -> Path:
    """Where the skew of an installation's processes lies."""
    return folder / _FILE


async def set_clock(folder: Path, seconds: float) -> None:
    """The clock of every process that was started with this launcher is wrong by so much, a moment from now."""
    fresh = file_in(folder).with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.replace(file_in(folder))
    await asyncio.sleep(2 * _LOOK_S)


def seen(folder: Path, seconds: float) -> int:
    """How many processes have seen this value."""
    return len(list(folder.glob(f"{_FILE}.{seconds:g}.*")))


def _mark(folder: Path, seconds: float) -> Path:
    return folder / f"{_FILE}.{seconds:g}.{os.getpid()}"


def plant(file: Path) -> None:
    """From now on the clock of this process is wrong by what the file says. That a clock is wrong no clock knows: what
    the product compares with the database's clock stays as it is."""
    skew = _Skew(file)
    time.time = lambda: _true_time() + skew.seconds()
    SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds=skew.seconds())  # type: ignore[method-assign]


def main() -> None:
    """Become the process."""
    plant(Path(os.environ[VARIABLE]))
    module = sys.argv[1]
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
