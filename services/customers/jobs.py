"""What customers does by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.customers.config import Settings
from services.customers.service.attributes import refresh_customers
from services.customers.service.retention import expire_attributes
from shared.database.transaction import Tx
from shared.worker.parts import Job, WorkerContext


def _until_done(step: Callable[[Tx, Settings], Awaitable[bool]]) -> Callable[[WorkerContext], Awaitable[None]]:
    """Some customers at a time, each time in a transaction of its own, so that nobody waits long for their locks."""

    async def run(context: WorkerContext) -> None:
        more = True
        while more:
            async with context.database.transaction() as tx:
                more = await step(tx, context.settings)

    return run


# A definition that changed should be seen at once; a value may be some minutes over its days.
JOBS = [
    Job("refresh-attributes", 2.0, _until_done(refresh_customers)),
    Job("expire-attributes", 600.0, _until_done(expire_attributes)),
]
