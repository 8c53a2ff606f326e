"""What a worker says of itself on its own port: alive, ready, and the deep look that tells stuck from idle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from shared.worker import WorkerContext

_DEEP = """
    select (select count(*) from dead_letters where state = 'open') as dead_letters_open,
           (select event_id from outbox where not published order by id limit 1) as oldest
"""


async def serve_health(context: WorkerContext) -> None:
    """Serve health and metrics until cancelled."""
    from shared.health import create_worker_app

    async def deep() -> dict[str, Any]:
        async with context.database.transaction() as tx:
            row = await tx.row(_DEEP)
        assert row is not None
        return {
            "beats_s": {part: round(age, 1) for part, age in context.watchdog.ages().items()},
            "dead_letters_open": row["dead_letters_open"],
            "oldest_unpublished": str(row["oldest"]) if row["oldest"] else None,
        }

    settings = context.settings
    server = _Server(
        uvicorn.Config(
            create_worker_app(context, deep),
            host=settings.host,
            port=settings.worker_port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
    )
    await server.serve()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the worker."""
        yield
