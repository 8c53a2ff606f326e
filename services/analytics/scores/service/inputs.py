"""Reads what the models look at into arrays: some hundred bytes a customer, whatever the number of facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.analytics.scores.domain.value import Histories
from services.analytics.scores.repository import inputs
from services.analytics.statistics.service import refresh
from shared.database.transaction import Tx

Floats = NDArray[np.float64]

# The last part of the time, in which a model is tried that was fitted on the time before.
HOLDOUT = 0.2


@dataclass(frozen=True, slots=True)
class Inputs:
    """Customers with a purchase: who, as of when, and their figures by column. Money in minor units."""

    as_of: datetime
    ids: list[UUID]
    first: list[date]
    newest: list[datetime]
    orders: Floats
    money: Floats
    days: Floats  # since the newest purchase
    histories: Histories


async def read_inputs(tx: Tx) -> Inputs:
    """All customers as of now, from the facts."""
    await refresh(tx)
    as_of = tx.now
    beginning = await inputs.first_purchase(tx, as_of) or as_of
    then = as_of - (as_of - beginning) * HOLDOUT
    ids: list[UUID] = []
    first: list[date] = []
    newest: list[datetime] = []
    blocks = []
    async for rows in inputs.read(tx, as_of, then):
        ids += [row["root"] for row in rows]
        first += [row["first"] for row in rows]
        newest += [row["newest"] for row in rows]
        blocks.append(np.array([_figures(row, as_of, then.date()) for row in rows], dtype=np.float64))
    table = np.vstack(blocks) if blocks else np.empty((0, 10))
    orders, money, days, x, t_x, age, repeat, then_days, then_t_x, then_age = table.T
    mean = np.where((x > 0) & (repeat > 0), repeat / np.maximum(x, 1), 0.0)
    later = np.where(then_age > 0, x + 1 - then_days, 0.0)
    histories = Histories(
        x, t_x, age, mean, np.maximum(then_days - 1, 0), then_t_x, then_age, later, (as_of - then).days / 7
    )
    return Inputs(as_of, ids, first, newest, orders, money, days, histories)


def _figures(row: Any, as_of: datetime, then: date) -> tuple[float, ...]:
    """The numbers of one customer. Ages are in weeks since the first purchase."""
    get = row.__getitem__
    first, then_last = get("first"), get("then_last")
    was_there = first < then
    return (
        float(get("orders")),
        float(get("money")),
        max(0.0, float((as_of - get("newest")).days)),
        float(get("x")),
        (get("last") - first).days / 7,
        (as_of.date() - first).days / 7,
        float(get("repeat_spent")),
        float(get("then_days")) if was_there else 0.0,
        (then_last - first).days / 7 if was_there else 0.0,
        (then - first).days / 7 if was_there else 0.0,
    )
