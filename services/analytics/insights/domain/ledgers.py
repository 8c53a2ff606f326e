"""What customers brought and cost. Money in minor units of the base currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Ledgers:
    """Net revenue, goods, reaching out and serving. `uncosted` is what was sold without a known cost of goods,
    `unpriced` are contacts over channels whose cost nobody has set."""

    revenue: int = 0
    goods: int = 0
    uncosted: int = 0
    orders: int = 0
    reaching: int = 0
    serving: int = 0
    unpriced: int = 0

    @property
    def contribution(self) -> int:
        """What is left when only known costs are taken off: at most the profit."""
        return self.revenue - self.goods - self.reaching - self.serving

    @property
    def profit(self) -> int | None:
        """The same where all costs are known; None where one is not: a guess would look like a fact."""
        return None if self.uncosted or self.unpriced else self.contribution


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the customers, from those who left the most to those who left the least."""

    customers: int
    ledgers: Ledgers
    losing: int
    losses: int


def total(ledgers: Iterable[Ledgers]) -> Ledgers:
    """The sum."""
    found = list(ledgers)
    return Ledgers(**{field.name: sum(getattr(each, field.name) for each in found) for field in fields(Ledgers)})
