"""Faults planted into the product, not into its stand-in: the long random life goes red on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from services.analytics.backfill.service import filling
from services.analytics.identity import repository as identity
from services.analytics.segments.service import programs
from shared.events import inbox
from tests.component.analytics.reconciliation.test_everything_at_once import live_through
from tests.component.analytics.world import World

Plant = Callable[[pytest.MonkeyPatch], None]


def duplicates_counted(patch: pytest.MonkeyPatch) -> None:
    """Every delivery is the first."""

    async def first_time(tx: Any, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
        return set(event_ids)

    patch.setattr(inbox, "first_time", first_time)


def a_merge_of_nothing(patch: pytest.MonkeyPatch) -> None:
    """Who stands for whom is known, and nobody is recomputed for it."""

    async def mark_dirty(*_: Any) -> None:
        return None

    patch.setattr(identity, "mark_dirty", mark_dirty)


def ids_given_twice(patch: pytest.MonkeyPatch) -> None:
    """A new leaf gets the number of a dropped one, and with it what that one remembered."""

    def number_leaves(keys: Iterable[str], known: Mapping[str, int], next_id: int) -> dict[str, int]:
        return {key: number for number, key in enumerate(sorted(keys))}

    patch.setattr(programs, "number_leaves", number_leaves)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", [duplicates_counted, a_merge_of_nothing, ids_given_twice])
async def test_a_planted_fault_is_seen_in_a_random_life(
    world: World, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a comparison of facts with states that has become blind."""
    monkeypatch.setattr(filling, "APPLY_MOST", 4)
    monkeypatch.setattr(filling, "EMIT_MOST", 4)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        await live_through(world, seed=0, stretches=4)
