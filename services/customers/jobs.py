"""What customers does by itself."""

from __future__ import annotations

from services.customers.service.attributes import refresh_customers
from shared.worker import Job, WorkerContext


async def refresh(context: WorkerContext) -> None:
    """After a definition changed: tell about the customers that have the attribute, some at a time."""
    more = True
    while more:
        async with context.database.transaction() as tx:
            more = await refresh_customers(tx, context.settings)


JOBS = [Job("refresh-attributes", 2.0, refresh)]
