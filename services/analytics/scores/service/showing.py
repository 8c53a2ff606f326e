"""Look up scores and fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.analytics.scorecards import repository as scorecards
from services.analytics.scores.errors import NotScored
from services.analytics.scores.repository import fits as repository
from services.analytics.scores.repository import grids
from shared.database.transaction import Tx


async def rfm_grid(tx: Tx) -> Sequence[Any]:
    """Customers, money and future value by recency score, frequency score and group."""
    return await grids.grid(tx)


async def scores_of(tx: Tx, customer_id: UUID) -> Any:
    """The scores of a customer. Raises NotScored."""
    found = (await scorecards.scores_of(tx, [customer_id])).get(customer_id)
    if found is None:
        raise NotScored(
            "This customer has no purchase as of the last fit, objects to profiling, or is not known.",
            cure="See GET /scores/fits for when that was.", where="path:customer_id",
        )  # fmt: skip
    return found


async def fits(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Fits, the newest first."""
    return await repository.page(tx, after, limit)


async def fit(tx: Tx, id: UUID) -> Any:
    """One fit."""
    return await repository.get(tx, id)
