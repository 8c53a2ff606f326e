"""Which products to offer beside others: confidence times the root of lift.

confidence = share of the baskets with A that have B too; lift = confidence over the share of all baskets that have B.
Confidence alone offers what everybody buys anyway, lift alone what was bought together once. Baskets count by age:
half as much after `HALF_LIFE_DAYS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import sqrt

HALF_LIFE_DAYS = 180.0
LOOK_BACK_DAYS = 730
# Together fewer times than that is chance. Baskets with more products are a wholesaler's: they pair all with all.
FEWEST_BASKETS = 3
LARGEST_BASKET = 60
KEPT_FOR_EACH = 30


@dataclass(frozen=True, slots=True)
class Pair:
    """B beside A: in how many baskets, what share of A's, and how much oftener than by chance."""

    product: str
    beside: str
    baskets: int
    confidence: float
    lift: float

    @property
    def score(self) -> float:
        """By which offers are ordered."""
        return self.confidence * sqrt(self.lift)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product to offer: the best of the pairs that speak for it, and the sum of their scores."""

    product: str
    score: float
    because: Pair


def offers(pairs: Iterable[Pair], held: Collection[str], most: int) -> list[Offer]:
    """The best products beside those held, none of which is among them; of equal ones by name."""
    best: dict[str, Pair] = {}
    total: dict[str, float] = {}
    for pair in pairs:
        # What goes together less than by chance replaces one another.
        if pair.beside in held or pair.lift <= 1:
            continue
        total[pair.beside] = total.get(pair.beside, 0.0) + pair.score
        present = best.get(pair.beside)
        if present is None or (pair.score, pair.product) > (present.score, present.product):
            best[pair.beside] = pair
    ordered = sorted(total, key=lambda product: (-total[product], product))
    return [Offer(product, total[product], best[product]) for product in ordered[:most]]
