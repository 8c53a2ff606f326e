"""Plans of statements about everybody, in an installation that is small or has just been loaded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from services.analytics.previews.service import preview
from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.domain.language import parse
from services.analytics.segments.domain.sql import EVERYBODY, compile_sql
from services.analytics.statistics.repository import TABLES, stale
from services.analytics.statistics.service import refresh
from shared.database.transaction import Tx
from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.world import World

CUSTOMERS = 300


async def load(world: World) -> None:
    """As after a bulk load into new tables: rows that no statistics know of."""
    await load_rows(world)
    await forget(world)


async def load_rows(world: World) -> None:
    """Customers with forty purchases each."""
    async with world.database.transaction() as tx:
        at = {"at": world.clock.now(), "many": CUSTOMERS}
        await tx.execute(
            "insert into states (customer_id, partition, state)"
            " select cast(md5(n::text) as uuid), 0, '' from generate_series(1, :many) n",
            {"many": CUSTOMERS},
        )
        await tx.execute(
            "insert into facts (customer_id, time, event_id, line, event, recorded_at)"
            " select cast(md5(n::text) as uuid), :at, gen_random_uuid(), 0, 'purchase', :at"
            " from generate_series(1, :many) n, generate_series(1, 40)",
            at,
        )


async def forget(world: World) -> None:
    """Nothing is known of any table."""
    async with world.database.transaction() as tx:
        partitions = [f"facts_{number}" for number in range(8)]
        for table in (*TABLES, *partitions):
            await tx.execute(f"select pg_clear_relation_stats('public', '{table}')")


async def rows_expected(tx: Tx, world: World) -> dict[str, float]:
    """How many rows the planner expects of each table, at most."""
    tree = parse(bought(2), Catalogue())
    statement, params = compile_sql(tree, from_datetime(world.clock.now()), {}, EVERYBODY, 10)
    plan = await tx.value(f"explain (format json) {statement}", params)
    plan = json.loads(plan) if isinstance(plan, str) else plan
    found: dict[str, float] = {}
    for node in nodes_of(plan[0]["Plan"]):
        if "Relation Name" in node:
            name = node["Relation Name"]
            found[name] = max(found.get(name, 0), node["Plan Rows"])
    return found


async def unknown(tx: Tx) -> list[str]:
    """Tables that no statistics were ever taken of. Not `stale`: what a connection has changed is reported late."""
    rows = await tx.rows(
        "select relname from pg_class where reltuples < 0 and relname = any(cast(:tables as text[]))",
        {"tables": list(TABLES)},
    )
    return [row["relname"] for row in rows]


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes_of(child)


async def test_an_empty_table_is_planned_as_an_empty_one(world: World) -> None:
    """Catches a plan for a thousand merged customers where there is none: 5 s instead of 0.05."""
    await load(world)
    async with world.database.transaction() as tx:
        assert (await rows_expected(tx, world))["merges"] > 100  # what PostgreSQL assumes of a table it never saw
        assert set(await refresh(tx)) == set(TABLES)
        known = await rows_expected(tx, world)
        assert known["merges"] <= 1
        assert sum(rows for name, rows in known.items() if name.startswith("facts")) > CUSTOMERS * 40 / 8
        assert await unknown(tx) == []


async def test_a_preview_looks_at_the_tables_first(world: World) -> None:
    """Catches a preview that is planned by what held before the load."""
    await load(world)
    counted = await preview(world.database, bought(2), 5, 5.0, None)
    assert (counted.exact, counted.found) == (True, CUSTOMERS)
    async with world.database.transaction() as tx:
        assert await unknown(tx) == []


async def test_tables_are_looked_at_again_when_a_fifth_has_changed(world: World) -> None:
    """Catches statistics of the day of the installation, and tables that are analyzed before every question."""
    async with world.database.transaction() as tx:
        await tx.execute("analyze")
    await load_rows(world)
    for _ in range(200):
        async with world.database.transaction() as tx:
            if "facts" in await stale(tx):
                break
        await asyncio.sleep(0.1)
    async with world.database.transaction() as tx:
        assert "facts" in await refresh(tx)


async def test_a_back_fill_looks_at_the_tables_first(world: World) -> None:
    """Catches a first fill over a history that has just been loaded, planned for empty tables."""
    at, who = world.clock.now(), uuid4()
    await world.handle(*(a_purchase(who, at) for _ in range(150)))
    await forget(world)
    await world.a_segment(bought(2))
    async with world.database.transaction() as tx:
        assert not {"facts", "merges"} & set(await unknown(tx))
