"""Seal what was recorded, and publish the head of the chain each hour."""

from __future__ import annotations

from services.privacy.seals import service
from services.privacy.seals.domain import chain_key
from shared.worker.parts import Job, WorkerContext

_PORTION = 500
_EVERY_S, _PUBLISH_S = 1.0, 3600.0


async def seal_ledger(context: WorkerContext) -> None:
    """What the ledger gained and lost has its seal. Exclusive: one chain, one writer."""
    key = chain_key(context.settings.installation_key.get_secret_value())
    while True:
        async with context.database.transaction() as tx:
            sealed = await service.seal_changes(tx, key, _PORTION)
        if sealed < _PORTION:
            return


async def publish_head(context: WorkerContext) -> None:
    """The head goes out, so that a chain that is cut off later is found out."""
    async with context.database.transaction() as tx:
        await service.publish_head(tx)


JOBS = [Job("seal-ledger", _EVERY_S, seal_ledger), Job("publish-ledger-head", _PUBLISH_S, publish_head)]
