"""Planted faults of the SQL: the property test counts only because it goes red on each of these.

Each is a mistake that people make in such statements. A comparison that lets one of them pass has a hole.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings

from services.analytics.segments.domain.language.nodes import Aggregate, Comparison, Consent, Sequence
from services.analytics.segments.domain.sql import conditions, events, profile, sequences, statement, windows
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.scopes import Scope
from shared.database.engine import Database
from tests.component.analytics.segments.test_sql_equals_the_engine import CHECKS, check, trees, universes
from tests.oracle.world import Tree

Planted = tuple[object, str, object]


@cache
def drawn(most: int) -> list[tuple[dict[str, Tree], int]]:
    """Cases of the property test, always the same."""
    cases: list[tuple[dict[str, Tree], int]] = []

    @seed(1)
    @settings(max_examples=most, database=None, suppress_health_check=CHECKS, phases=[Phase.generate], deadline=None)
    @given(segments=trees, universe=universes)
    def draw(segments: dict[str, Tree], universe: int) -> None:
        cases.append((segments, universe))

    draw()
    return cases


async def caught(database: Database, tried: int = 150) -> bool:
    """Whether the property test goes red: by an answer that differs, and not by a statement that cannot run."""
    for segments, universe in drawn(tried):
        try:
            await check(database, segments, universe)
        except AssertionError:
            return True
    return False


def a_closed_edge(window: Any, now: int) -> windows.Bounds:
    """An event of exactly W ago still counts."""
    low, high = _bounds(window, now)
    return None if low is None else low - 1, high


def a_late_event_ignored(parameters: Parameters, now: int) -> str:
    """Only what was recorded when it happened counts."""
    return f"{_recorded(parameters, now)} and f.recorded_at < f.time + interval '9 seconds'"


def a_fact_before_it_is_recorded(parameters: Parameters, now: int) -> str:
    """A fact counts from the moment at which it happened."""
    return f"{events.EFFECTIVE} <= {parameters.instant(now)}"


def a_missing_value_that_differs(test: Comparison, value: str, parameters: Parameters) -> str:
    """What is missing is not equal to anything."""
    found = _comparison(test, value, parameters)
    return f"({found} or ({value}) is null)" if test.op in ("ne", "nin") else found


def an_alias_ignored(scope: Scope, kept: str) -> str:
    """Facts count under the id under which they came."""
    return f"(select * from facts) f join lateral (select f.customer_id as root) m on true where {kept}"


def a_consent_that_never_lapses(leaf: Consent, scope: Scope, parameters: Parameters, now: int) -> str:
    """The expiry is stored, but not looked at."""
    return _consent(leaf, scope, parameters, 0)


def a_sum_of_nothing_that_is_missing(leaf: Any) -> bool:
    """Customers without events are in nothing."""
    return False


def a_follower_at_the_end_of_the_time(leaf: Sequence, scope: Scope, parameters: Parameters, now: int) -> str:
    """B exactly d after A still follows."""
    later = Sequence(leaf.first, leaf.then, leaf.within + 1, leaf.length, leaf.followed, leaf.same, leaf.type)
    return _pairs(later, scope, parameters, now)


def returns_that_add_up(leaf: Aggregate, only: str, parameters: Parameters) -> str:
    """A return counts like a purchase."""
    return _aggregate(replace(leaf, net=False), only, parameters)


_aggregate = events._aggregate
_bounds, _recorded, _comparison = windows.bounds, events.recorded, conditions.comparison
_consent, _pairs = profile.consent_of, sequences.pairs

IN_THE_SQL: list[list[Planted]] = [
    [(events, "bounds", a_closed_edge)],
    [(events, "recorded", a_late_event_ignored), (sequences, "recorded", a_late_event_ignored)],
    [(events, "recorded", a_fact_before_it_is_recorded)],
    [(conditions, "comparison", a_missing_value_that_differs)],
    [(events, "owned_facts", an_alias_ignored)],
    [(statement, "consent_of", a_consent_that_never_lapses)],
    [(statement, "of_nothing", a_sum_of_nothing_that_is_missing)],
    [(events, "_aggregate", returns_that_add_up)],
    [(statement, "pairs", a_follower_at_the_end_of_the_time)],
]


def named(planted: list[Planted]) -> str:
    """The name of a planted fault."""
    return str(getattr(planted[0][2], "__name__", planted[0][1]))


@pytest.mark.parametrize("planted", IN_THE_SQL, ids=named)
async def test_a_planted_fault_of_the_sql_is_caught(
    planted: list[Planted], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, fault in planted:
        monkeypatch.setattr(module, name, fault)
    assert await caught(database)


async def test_without_a_fault_the_same_universes_are_green(database: Database) -> None:
    """Otherwise being caught would mean nothing."""
    assert not await caught(database, tried=30)
