"""The process in which a model is fitted: `python -m services.analytics.scores.streams`, with two pipes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import orjson

from services.analytics.scores.service.scoring import fit_and_score
from shared.clock import StoppedClock
from shared.database.engine import Database, is_transient

# Beside the stream: whoever handles events goes first.
_NICE = 10
_PATIENCE_S = 600.0


def main() -> None:
    """Fit what the first line of the input asks for, and tell the report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    os.nice(_NICE)
    asked = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    told = asyncio.run(_fit(asked["database_url"], UUID(asked["fit_id"]), datetime.fromisoformat(asked["now"])))
    sys.stdout.buffer.write(orjson.dumps(told))
    sys.stdout.buffer.flush()


async def _fit(database_url: str, fit_id: UUID, now: datetime) -> dict[str, object]:
    # One statement reads all purchases.
    database = Database(
        database_url, source="analytics", clock=StoppedClock(now), pool_size=1, command_timeout_s=_PATIENCE_S
    )
    try:
        return asdict(await fit_and_score(database, fit_id))
    except Exception as error:
        if not is_transient(error):
            raise
        return {"transient": f"{type(error).__name__}: the database was away"}
    finally:
        await database.close()


def _end_with_the_parent() -> None:
    # Past the buffer, whose lock would be held at the end.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
