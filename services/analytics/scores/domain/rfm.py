"""Recency, frequency, money: scores 1 to 5 and ten named groups.

Hughes, Strategic Database Marketing; Bult & Wansbeek, Marketing Science 14 (1995) 378. Bins are right-closed: a score
is 1 + the number of boundaries below the value, the boundaries being quantiles of type 7 (linear between order
statistics) at .2, .4, .6, .8. Equal customers always have equal scores, which `ntile` does not give. Groups and their
bounds are those of the R package rfm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Scores = NDArray[np.int64]
Scheme = Literal["independent", "nested"]

BINS = 5
_SHARES = np.arange(1, BINS) / BINS


@dataclass(frozen=True, slots=True)
class Group:
    """A named group: lowest and highest score of each of the three."""

    name: str
    recency: tuple[int, int]
    frequency: tuple[int, int]
    monetary: tuple[int, int]


GROUPS = (
    Group("champions", (4, 5), (4, 5), (4, 5)),
    Group("loyal_customers", (2, 5), (3, 5), (3, 5)),
    Group("potential_loyalists", (3, 5), (1, 3), (1, 3)),
    Group("new_customers", (4, 5), (1, 1), (1, 1)),
    Group("promising", (3, 4), (1, 1), (1, 1)),
    Group("need_attention", (2, 3), (2, 3), (2, 3)),
    Group("about_to_sleep", (2, 3), (1, 2), (1, 2)),
    Group("at_risk", (1, 2), (2, 5), (2, 5)),
    Group("cannot_lose", (1, 1), (4, 5), (4, 5)),
    Group("lost", (1, 2), (1, 2), (1, 2)),
)
OTHERS = "others"
NAMES = (*(group.name for group in GROUPS), OTHERS)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Four ascending quantiles of each value: of recency in days, of orders, of money. Of a nested scheme those of all
    customers are told, while each bin of the one before has its own."""

    recency: tuple[float, ...]
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]


def boundaries(values: Floats) -> Floats:
    """The quantiles of type 7 at .2, .4, .6 and .8."""
    return np.quantile(values, _SHARES, method="linear")


def bins(values: Floats, edges: Floats) -> Scores:
    """1 + the number of boundaries that lie below each value."""
    return 1 + np.searchsorted(edges, values, side="left")


def percentiles(money: Floats) -> Floats:
    """Of how many percent of all customers the spending is at most as high: 100 is the highest, equals are equal."""
    ordered = np.sort(money)
    return np.round(100 * np.searchsorted(ordered, money, side="right") / len(money), 2)


def scores(days: Floats, orders: Floats, money: Floats, scheme: Scheme) -> tuple[Scores, Scores, Scores]:
    """Recency, frequency and monetary scores, 5 the best. `days` since the last purchase at the as-of date.

    Independent: each is cut over everybody. Nested: orders within each recency bin, money within each of those.
    """
    recency = BINS + 1 - bins(days, boundaries(days))
    if scheme == "independent":
        return recency, bins(orders, boundaries(orders)), bins(money, boundaries(money))
    frequency = _within(recency, orders)
    return recency, frequency, _within(recency * 10 + frequency, money)


def _within(cells: Scores, values: Floats) -> Scores:
    """The bins of values within each cell."""
    found = np.empty(len(values), dtype=np.int64)
    for cell in np.unique(cells):
        inside = cells == cell
        found[inside] = bins(values[inside], boundaries(values[inside]))
    return found


def group_of(recency: int, frequency: int, monetary: int) -> str:
    """The first group that holds the three scores, else `others`."""
    for group in GROUPS:
        bounds = (group.recency, group.frequency, group.monetary)
        if all(low <= score <= high for score, (low, high) in zip((recency, frequency, monetary), bounds, strict=True)):
            return group.name
    return OTHERS


def groups(recency: Scores, frequency: Scores, monetary: Scores) -> list[str]:
    """The group of each customer."""
    known = {
        (r, f, m): group_of(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)
    }  # fmt: skip
    return [known[cell] for cell in zip(recency.tolist(), frequency.tolist(), monetary.tolist(), strict=True)]
