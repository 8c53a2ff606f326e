"""Who the households are to the grocer: who is new, who may be written to. Decided by the seed alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from deploy.demo.grocery import Household

# Of a hundred households, so many are held back from the history: they sign up live, within some days.
NEW = 10
_JOIN_WITHIN_H = 10 * 24
# … and so many agreed to be written to.
WILLING = 70


@dataclass(frozen=True)
class People:
    """The households by number, and what holds for each."""

    households: dict[int, Household]
    newcomers: Mapping[int, timedelta]
    """When each of them signs up, from the beginning of the live part."""
    willing: frozenset[int]

    @property
    def known(self) -> list[Household]:
        """Those who are customers already when the demonstration begins."""
        return [household for number, household in sorted(self.households.items()) if number not in self.newcomers]


def sort_people(households: list[Household], seed: int) -> People:
    """The same people for the same seed."""
    chance = {household.number: random.Random(f"{seed}:household:{household.number}") for household in households}
    newcomers = {
        number: timedelta(hours=own.uniform(0.5, _JOIN_WITHIN_H))
        for number, own in chance.items()
        if own.randrange(100) < NEW
    }
    willing = frozenset(number for number, own in chance.items() if own.randrange(100) < WILLING)
    return People({household.number: household for household in households}, newcomers, willing)
