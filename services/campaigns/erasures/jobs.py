"""Finish erasures that had to wait for a message in hand."""

from __future__ import annotations

from collections.abc import Sequence

from services.campaigns.erasures import service
from shared.customers.stores import Store
from shared.worker.parts import Job, WorkerContext


def jobs_for(stores: Sequence[Store]) -> Sequence[Job]:
    """The job that finishes erasures in these stores."""

    async def finish(context: WorkerContext) -> None:
        async with context.database.transaction() as tx:
            await service.finish_erasures(tx, context.settings.naming, stores)

    return (Job("finish-erasures", 2.0, finish),)
