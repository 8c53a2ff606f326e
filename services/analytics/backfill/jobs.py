"""The back-fill as a job: one process of the service at a time does it."""

from __future__ import annotations

from services.analytics.backfill.service.filling import Filling
from shared.worker.parts import Job, WorkerContext

# How long a new segment may wait before its back-fill begins.
FILL_S = 0.5


class Fill:
    """The back-fill, by one process of the service at a time."""

    def __init__(self) -> None:
        self._filling = Filling()
        self.job = Job("fill", FILL_S, self.run, exclusive=False)

    async def run(self, context: WorkerContext) -> None:
        """Do all that can be done now. Asks before it takes the lock, which costs a connection."""
        async with context.database.transaction() as tx:
            if not await self._filling.has_work(tx):
                return
        async with context.database.exclusive("fill") as is_holder:
            while is_holder and await self._filling.step(context):
                pass
