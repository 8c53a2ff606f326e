"""Let nobody decide by a ledger that may have forgotten refusals."""

from __future__ import annotations

from services.privacy.ledger_checks import repository
from services.privacy.ledger_checks.errors import LedgerNotCompared
from shared.database.transaction import Tx

_SOON_S = 5.0


async def require_compared(tx: Tx) -> None:
    """This database has forgotten nothing that was published. Raises LedgerNotCompared."""
    if await repository.is_another(tx):
        raise LedgerNotCompared(
            "The database was restored, or its server was started again, and what it may have forgotten is not known.",
            cure="Try again after the stated seconds; privacy's worker compares, so it must run.",
            retry_after=_SOON_S,
        )
