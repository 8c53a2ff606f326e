"""Faults planted into the product, not into its stand-in: the long random life goes red on each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.analytics.backfill.service import filling
from services.analytics.facts import repository as facts
from services.analytics.identity import repository as identity
from services.analytics.memberships.service import emission
from tests.component.analytics.reconciliation.test_everything_at_once import live_through
from tests.component.analytics.world import World

Plant = Callable[[pytest.MonkeyPatch], None]


def late_facts_lost(patch: pytest.MonkeyPatch) -> None:
    """The stream has counted what happened long ago; the facts do not have it."""
    genuine = facts.add_facts

    async def add_facts(tx: Any, rows: Sequence[Any]) -> None:
        await genuine(tx, [row for row in rows if row.recorded_at - row.time < timedelta(hours=12)])

    patch.setattr(facts, "add_facts", add_facts)


def a_merge_of_nothing(patch: pytest.MonkeyPatch) -> None:
    """Who stands for whom is known, and nobody is recomputed for it."""

    async def mark_dirty(*_: Any) -> None:
        return None

    patch.setattr(identity, "mark_dirty", mark_dirty)


def leaving_untold(patch: pytest.MonkeyPatch) -> None:
    """Who leaves a segment is let go of without a word."""
    genuine = emission.Causes.changes

    def changes(self: emission.Causes, *given: Any) -> list[Any]:
        return [change for change in genuine(self, *given) if change.entered]

    patch.setattr(emission.Causes, "changes", changes)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", [late_facts_lost, a_merge_of_nothing, leaving_untold])
async def test_a_planted_fault_is_seen_in_a_random_life(
    world: World, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a comparison of facts with states that has become blind."""
    monkeypatch.setattr(filling, "APPLY_MOST", 4)
    monkeypatch.setattr(filling, "EMIT_MOST", 4)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        await live_through(world, seed=0, stretches=4)
