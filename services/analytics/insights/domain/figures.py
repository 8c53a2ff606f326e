"""Figures of a period. Money in minor units of the base currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What was sold, taken back, and to whom. `unvalued` are purchases whose currency had no rate, `goods` the known
    costs of what was sold less those of what came back, `uncosted` what was sold on lines without a cost."""

    orders: int = 0
    unvalued: int = 0
    gross: int = 0
    returned: int = 0
    buyers: int = 0
    new: int = 0
    lost: int = 0
    goods: int = 0
    uncosted: int = 0

    @property
    def revenue(self) -> int:
        """Net of what was taken back in the period."""
        return self.gross - self.returned

    @property
    def margin(self) -> int | None:
        """What is left of the revenue after the goods; None where the cost of some is not known: a guess would look
        like a fact."""
        return None if self.uncosted else self.revenue - self.goods

    @property
    def repeat(self) -> int:
        """Buyers who had bought before the period began."""
        return self.buyers - self.new
