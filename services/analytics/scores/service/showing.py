"""Look up scores and fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.analytics.scores.errors import NotScored
from services.analytics.scores.repository import scores
from shared.database.transaction import Tx


async def rfm_grid(tx: Tx) -> Sequence[Any]:
    """Customers, money and future value by recency score, frequency score and group."""
    return await scores.grid(tx)


async def scores_of(tx: Tx, customer_id: UUID) -> Any:
    """The scores of a customer. Raises NotScored."""
    found = await scores.of_customer(tx, customer_id)
    if found is None:
        raise NotScored(
            "This customer has no purchase as of the last fit, objects to profiling, or is not known.",
            cure="See GET /scores/fits for when that was.", where="path:customer_id",
        )  # fmt: skip
    return found


async def fits(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Fits, the newest first."""
    return await scores.fits(tx, after, limit)


async def fit(tx: Tx, id: UUID) -> Any:
    """One fit."""
    return await scores.get_fit(tx, id)
