"""The process that fits a model, from the side of the worker that asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from datetime import datetime
from uuid import UUID

import orjson

from services.analytics.scores.domain.reports import Report

_MODULE = "services.analytics.scores.streams"


class FitProcessEnded(Exception):
    """The process ended without a report: by a fault of ours, for want of memory, or because somebody ended it."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"The process that fits ended with status {status}")
        self.status = status


async def fit_in_process(database_url: str, fit_id: UUID, now: datetime) -> Report:
    """The fit, made and written as of `now`. Raises FitProcessEnded, and ConnectionError when its database was away.

    A process of its own: numpy and scipy are 60 MB that no other process needs, and their threads and Python's lock
    hold up nobody's events. It ends when this one does: its input is closed then.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", _MODULE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        # Nothing of our environment: it holds keys. One thread for linear algebra: the stream needs the other cores.
        env={"PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        asked = {"database_url": database_url, "fit_id": str(fit_id), "now": now.isoformat()}
        with contextlib.suppress(ConnectionError):
            process.stdin.write(orjson.dumps(asked) + b"\n")
            await process.stdin.drain()
        answer = await process.stdout.read()
        status = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if not answer:
        raise FitProcessEnded(status)
    told = orjson.loads(answer)
    if "transient" in told:
        raise ConnectionError(told["transient"])
    return Report(**told)
