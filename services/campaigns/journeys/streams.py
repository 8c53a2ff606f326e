"""The worker part that moves travellers on time."""

from __future__ import annotations

from collections.abc import Callable

from services.campaigns.journeys.service.moving import move_due
from shared.clock import MACHINE
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

# Travellers whose rows are locked at once: their other decisions wait for as long as one batch takes.
BATCH = 500
_POLL_S = 0.1
_RETRY_S = 1.0


class Mover:
    """A part of the worker; one worker of the service does it at a time, which its database session proves. Whoever
    takes over goes on with what is due: nothing that matters is in memory."""

    name = "journeys"

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """For ever; a transient error postpones it."""
        while True:
            beat()
            try:
                async with context.database.exclusive("journeys") as alone:
                    while alone:
                        beat()
                        async with context.database.transaction() as tx:
                            moved = await move_due(tx, context.settings, BATCH)
                        if moved < BATCH:
                            await MACHINE.sleep(_POLL_S)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("journeys_postponed", error=type(error).__name__)
            await MACHINE.sleep(_RETRY_S)
