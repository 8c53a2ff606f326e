"""Fits over the facts: who is scored, by what, and who is not."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from services.analytics.scores.jobs import fit_waiting
from services.analytics.scores.service import requesting
from tests.component.analytics.builders import a_consent, a_merge, a_purchase, a_return, an_erasure
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def fitted(world: World, model: str, options: dict[str, object] | None = None) -> dict[str, object]:
    """A fit that was asked for and done."""
    async with world.database.transaction() as tx:
        id = await requesting.request_fit(tx, model, options or {}, "tests")
    while await requesting.fit_next(world.context):
        pass
    async with world.database.transaction() as tx:
        return dict(await tx.row("select * from score_fits where fit_id = :id", {"id": id}) or {})


async def a_shop(world: World, customers: int) -> list[UUID]:
    """Customers who buy at rates of their own and leave at chances of their own, within a year before now."""
    rng, now = random.Random(5), world.clock.now()
    ids = [UUID(int=rng.getrandbits(128), version=4) for _ in range(customers)]
    rows = []
    for id in ids:
        rate, chance = rng.gammavariate(0.9, 1 / 5.0), rng.betavariate(0.9, 2.4)
        age = rng.uniform(150, 365)
        day, worth = 0.0, rng.uniform(5, 60)
        while day < age:
            rows.append((id, now - timedelta(days=age - day), uuid4(), 0, "purchase", round(100 * worth)))
            if rng.random() < chance:
                break
            day += 7 * rng.expovariate(rate)
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into facts (customer_id, time, event_id, line, event, recorded_at, amount)"
            " select c, t, e, l, k, t, a from unnest(cast(:c as uuid[]), cast(:t as timestamptz[]), cast(:e as uuid[]),"
            " cast(:l as int[]), cast(:k as text[]), cast(:a as bigint[])) as n(c, t, e, l, k, a)",
            dict(zip("ctelka", map(list, zip(*rows, strict=True)), strict=True)),
        )
    return ids


async def test_everybody_with_a_purchase_has_scores(world: World, client: httpx.AsyncClient) -> None:
    """Catches a customer left out, money that ignores returns, and a grid that does not add up."""
    at, often, once, never = world.clock.now(), uuid4(), uuid4(), uuid4()
    await world.handle(*(a_purchase(often, at - number * DAY, amount=1_000) for number in range(10)))
    await world.handle(a_purchase(once, at - 300 * DAY, amount=500), a_return(often, at, amount=200))
    fit = await fitted(world, "rfm")
    assert (fit["state"], fit["customers"]) == ("published", 2)
    best = (await client.get(f"/customers/{often}/scores")).json()
    assert (best["r"], best["f"], best["m"], best["orders"], best["money"]) == (5, 5, 5, 10, 9_800)
    assert (best["rfm_group"], best["rfm_fit"], best["clv"]) == ("champions", str(fit["fit_id"]), None)
    grid = (await client.get("/scores/rfm")).json()
    assert sum(cell["customers"] for cell in grid["cells"]) == sum(grid["groups"].values()) == 2
    assert (grid["cells"][0]["money"], grid["cells"][0]["clv"]) == (9_800, None)
    missing = await client.get(f"/customers/{never}/scores")
    assert missing.status_code == 404
    assert missing.json()["type"] == "/problems/not-scored"


async def test_future_value_is_told_for_everybody(world: World, client: httpx.AsyncClient) -> None:
    """Catches ages in days, values in units, and a moment of crossing that is not one."""
    ids = await a_shop(world, 1_500)
    fit = await fitted(world, "mbgnbd", {"horizon_weeks": 26.0})
    assert (fit["state"], fit["customers"]) == ("published", 1_500), fit["detail"]
    assert fit["options"] == {"horizon_weeks": 26.0, "yearly_discount": 0.1, "margin": 1.0, "threshold": 0.5}
    assert fit["parameters"]["lifetime"]["alpha"] == pytest.approx(5, rel=0.5)  # type: ignore[index]
    async with world.database.transaction() as tx:
        rows = await tx.rows("select * from scores")
    assert {row["customer_id"] for row in rows} == set(ids)
    now = world.clock.now()
    for row in rows:
        assert 0 < row["p_active"] <= 1
        assert row["clv"] >= 0
        assert (row["crosses_at"] > now - DAY) == (row["p_active"] > 0.5) or abs(row["p_active"] - 0.5) < 0.05
    shown = (await client.get(f"/customers/{ids[0]}/scores")).json()
    assert shown["value_fit"] == str(fit["fit_id"])


async def test_a_fit_that_the_data_do_not_support_is_refused_and_the_one_before_stands(
    world: World, client: httpx.AsyncClient
) -> None:
    """Catches a guess that is told as a number, and scores that vanish with it."""
    await world.handle(a_purchase(uuid4(), world.clock.now()))
    refused = await fitted(world, "bgnbd")
    assert (refused["state"], refused["reason"], refused["parameters"]) == ("refused", "too-few-customers", None)
    assert "1 customers" in str(refused["detail"])
    assert await world.count("scores") == 0
    (shown,) = (await client.get("/scores/fits")).json()["items"]
    assert (shown["state"], shown["reason"]) == ("refused", "too-few-customers")


async def test_merged_erased_and_objecting_customers_have_no_scores_of_their_own(world: World) -> None:
    """Catches somebody who is scored against his will, and one person counted as two."""
    at, first, second, erased, objecting = world.clock.now(), *(uuid4() for _ in range(4))
    everybody = (first, second, erased, objecting)
    await world.handle(*(a_purchase(who, at - DAY) for who in everybody), a_purchase(first, at - 9 * DAY))
    await fitted(world, "rfm")
    assert await world.count("scores") == 4
    await world.handle(a_merge(first, second, at, uuid4()))
    await world.handle(an_erasure(erased, at))
    assert await world.count("scores") == 3
    await world.handle(a_consent(objecting, at, purpose="profiling", state="denied"))
    assert await world.count("scores") == 2
    await fitted(world, "rfm")
    async with world.database.transaction() as tx:
        rows = await tx.rows("select customer_id, orders from scores")
    assert [(row["customer_id"], row["orders"]) for row in rows] == [(first, 3)]


async def test_fits_are_made_every_night_and_once_when_asked_for(world: World, client: httpx.AsyncClient) -> None:
    """Catches a night that fits every quarter of a minute, and a request that nobody does."""
    await world.handle(a_purchase(uuid4(), world.clock.now()))
    for _ in range(2):
        await fit_waiting(world.context)
    fits = (await client.get("/scores/fits")).json()["items"]
    assert sorted((fit["model"], fit["state"], fit["requested_by"]) for fit in fits) == [
        ("mbgnbd", "refused", "night"), ("rfm", "published", "night"),
    ]  # fmt: skip
    asked = await client.post("/scores/fits", json={"model": "rfm", "scheme": "nested"})
    assert (asked.status_code, asked.json()["state"], asked.json()["requested_by"]) == (202, "waiting", "analyst")
    await fit_waiting(world.context)
    newest = (await client.get("/scores/fits?limit=1")).json()["items"][0]
    assert (newest["id"], newest["state"], newest["options"]) == (asked.json()["id"], "published", {"scheme": "nested"})
    world.clock.set(world.clock.now() + DAY)
    await fit_waiting(world.context)
    assert len((await client.get("/scores/fits")).json()["items"]) == 5
    assert (await client.post("/scores/fits", json={"model": "rfm", "horizon_weeks": 3})).status_code == 422
