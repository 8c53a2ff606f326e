"""Objections to profiling."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.analytics.scores.repository import scores
from shared.database.transaction import Tx


async def forget_scores(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No scores of these customers; no later fit looks at them, for as long as they object."""
    await scores.remove(tx, customer_ids)
