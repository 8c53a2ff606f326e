"""Who the households are to the grocer: who is new, who may be written to. Decided by the seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass

from deploy.demo.grocery import Household

# Of a hundred households, so many are held back from the history and appear for the first time live.
NEW = 10
# … and so many agreed to be written to.
WILLING = 70


@dataclass(frozen=True)
class People:
    """The households by number, and what holds for each."""

    households: dict[int, Household]
    newcomers: frozenset[int]
    willing: frozenset[int]

    @property
    def known(self) -> list[Household]:
        """Those who are customers already when the demonstration begins."""
        return [one for number, one in sorted(self.households.items()) if number not in self.newcomers]


def sort_people(households: list[Household], seed: int) -> People:
    """The same people for the same seed."""
    chance = {one.number: random.Random(f"{seed}:household:{one.number}") for one in households}
    newcomers = frozenset(number for number, own in chance.items() if own.randrange(100) < NEW)
    willing = frozenset(number for number, own in chance.items() if own.randrange(100) < WILLING)
    return People({one.number: one for one in households}, newcomers, willing)
