"""What the benchmarks store beforehand is what the service would have stored."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from services.analytics.config import Settings
from services.analytics.facts.domain import fact_rows, profile_of
from services.analytics.memberships.domain import engine_fact
from services.analytics.segments.domain.engine import History
from services.analytics.segments.service.programs import Programs
from tests.bench.history import store_history
from tests.bench.population import TREES, past_of, store
from tests.component.analytics.builders import a_profile, a_purchase
from tests.component.analytics.world import World

_INDEXES = """
    select x.indexrelid::regclass::text as name, x.indrelid::regclass::text as table, x.indisvalid as valid,
           pg_get_indexdef(x.indexrelid) as definition
    from pg_index x where x.indrelid::regclass::text like 'facts%' order by 1
"""


class Site:
    """As much of a bench site as the makers of data use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @contextlib.asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Any]:
        assert service == "analytics"
        connection = await asyncpg.connect(self._settings.database_url)
        yield connection
        await connection.close()


async def test_a_made_history_leaves_the_tables_as_the_migration_makes_them(world: World) -> None:
    """Catches an index that is not made again, or on no partition, and facts of customers whom nobody knows."""
    async with world.database.transaction() as tx:
        before = await tx.rows(_INDEXES)
        compiled = await Programs().current(tx)
    await store_history(Site(world.settings), compiled, 50, 1_000)  # type: ignore[arg-type]
    async with world.database.transaction() as tx:
        assert await tx.rows(_INDEXES) == before
        assert await tx.value("select count(*) from facts join states using (customer_id)") == 1_000
        assert await tx.value("select count(*) from states") == 50


async def test_customers_made_in_bulk_are_stored_as_if_the_stream_had_brought_them(world: World) -> None:
    """Catches states, wake-ups or memberships that a worker would not have written, and tables left out."""
    who, at = uuid4(), world.clock.now()
    profile = a_profile(who, at - timedelta(days=50), attributes={"age": 40, "sex": "female"})
    days = (45, 20, 10, 0)
    events = [a_purchase(who, at - timedelta(days=day), amount=9_000, category=f"kind-{day}") for day in days]
    await world.handle(profile)
    for tree in TREES:
        await world.a_segment(tree)
    for event in events:
        await world.handle(event)
    async with world.database.transaction() as tx:
        compiled = await Programs().current(tx)
        (row,) = await tx.rows("select state, wake from states")
        memberships = await tx.rows("select segment_id, version from memberships order by 1")
    facts = tuple(engine_fact(row) for event in events for row in fact_rows(event))
    past = past_of(compiled, History(facts, profile_of(profile)), at)
    assert (past.raw, past.wake) == (row["state"], row["wake"])
    assert list(past.segments) == [(row["segment_id"], row["version"]) for row in memberships]
    made = set(await store(Site(world.settings), compiled, [past], 3))  # type: ignore[arg-type]
    async with world.database.transaction() as tx:
        for table, column in (("states", "customer_id"), ("memberships", "customer_id"), ("subjects", "subject"),
                              ("membership_history", "customer_id")):  # fmt: skip
            assert made <= {row["id"] for row in await tx.rows(f"select {column} as id from {table}")}
        found = await tx.rows("select state, wake, count(*) as n from states group by 1, 2")
    assert [row["n"] for row in found] == [4]
