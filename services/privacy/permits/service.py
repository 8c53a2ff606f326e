"""Keep permits as evidence, for as long as the setting says."""

from __future__ import annotations

from datetime import datetime

from services.privacy.permits import repository
from shared.database.transaction import Tx


async def delete_old_permits(tx: Tx, before: datetime, limit: int) -> int:
    """Up to `limit` permits granted before `before` are gone; returns how many."""
    return await repository.delete_older(tx, before, limit)
