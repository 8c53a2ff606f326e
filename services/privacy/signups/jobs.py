"""Delete what nobody confirmed."""

from __future__ import annotations

from services.privacy.signups.service.confirming import purge
from shared.observability.metrics import counter
from shared.worker.parts import Job, WorkerContext

_PORTION = 500
_EVERY_S = 60.0

UNCONFIRMED = counter("signups_unconfirmed_total", "Sign-ups that were deleted because nobody confirmed them in time")


async def delete_unconfirmed(context: WorkerContext) -> None:
    """Sign-ups past their time are gone, with the address and all that was typed in."""
    while True:
        async with context.database.transaction() as tx:
            unconfirmed, gone = await purge(tx, _PORTION)
        UNCONFIRMED.inc(unconfirmed)
        if gone < _PORTION:
            return


JOBS = [Job("delete-unconfirmed-sign-ups", _EVERY_S, delete_unconfirmed)]
