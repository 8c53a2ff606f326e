"""Whoever withdraws by an address is never again written to at that address for that purpose, whatever the ids say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from shared.database.engine import Database
from tests.component.privacy.gate.lives import Life, Step, steps
from tests.fakes import FixedClock

CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
LIVES = st.lists(steps(), min_size=2, max_size=12)


async def live(database: Database, clock: FixedClock, life: list[Step]) -> int:
    """Every step, and after each every permit that could be asked for; returns how many were given."""
    lived = Life(database, clock)
    for number, step in enumerate(life):
        await lived.take(step)
        assert await lived.permitted() == [], f"after step {number}: {step}"
    return lived.granted


@pytest.mark.timeout(400)
@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=CHECKS)
@given(life=LIVES)
async def test_no_permit_after_a_refusal_by_the_address(
    database: Database, clock: FixedClock, life: list[Step]
) -> None:
    """Catches a refusal that is lost on the way from a name to an id: by spelling, merge, undoing, change of owner,
    erasure, old forms, grants under an id. The oracle knows addresses alone."""
    event(f"permits given: {min(await live(database, clock, life), 10) // 5 * 5} or more")


@pytest.mark.long
@pytest.mark.timeout(3_600)
@settings(max_examples=4_000, deadline=None, database=None, suppress_health_check=CHECKS)
@given(life=st.lists(steps(), min_size=5, max_size=30))
async def test_no_permit_after_a_refusal_by_the_address_in_many_longer_lives(
    database: Database, clock: FixedClock, life: list[Step]
) -> None:
    """Catches what needs many steps to come about."""
    await live(database, clock, life)
