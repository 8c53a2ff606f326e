"""The pace of imports: rows wait while those who follow are behind, so that what happens live is not held up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.customers.config import Settings
from services.customers.imports.service.running import continue_import
from shared.clock import MACHINE
from shared.database.engine import Database
from shared.observability.logging import get_logger

log = get_logger(__name__)

_LOOK_S = 1.0
# However far analytics is behind, some rows go on: an import never stands still for ever.
_LONGEST_S = 60.0


async def run_imports(database: Database, settings: Settings, lag: Callable[[], Awaitable[int]]) -> None:
    """Everything that was started is taken, checked or taken back. Between two batches this looks, once a second, how
    many events wait for analytics, and waits while they are more than IMPORT_PAUSE_LAG."""
    looked_at = MACHINE.monotonic()
    while True:
        async with database.transaction() as tx:
            if not await continue_import(tx, settings):
                return
        if settings.import_pause_lag and MACHINE.monotonic() - looked_at >= _LOOK_S:
            await _wait(settings.import_pause_lag, lag)
            looked_at = MACHINE.monotonic()


async def _wait(most: int, lag: Callable[[], Awaitable[int]]) -> None:
    begun = MACHINE.monotonic()
    while (waiting := await lag()) > most and MACHINE.monotonic() - begun < _LONGEST_S:
        log.info("import_waits_for_analytics", events=waiting)
        await MACHINE.sleep(_LOOK_S)
