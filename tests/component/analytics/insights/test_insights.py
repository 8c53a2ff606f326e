"""Insights are what a plain count of the same events gives."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.analytics.insights.jobs import note
from tests.component.analytics.builders import a_merge, a_purchase, a_return
from tests.component.analytics.scores.conftest import fit_here
from tests.component.analytics.world import World

DAY = timedelta(days=1)
ZONE = "Pacific/Auckland"
LOST = 90


async def two_years(world: World) -> list[tuple[UUID, datetime, str, int]]:
    """(who, when, what, how much) of some customers, two of whom are one."""
    chance, now = random.Random(7), world.clock.now()
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(25)]
    lived: list[tuple[UUID, datetime, str, int]] = []
    events = []
    for id in ids:
        at = now - chance.uniform(30, 800) * DAY
        while at < now:
            amount = chance.randrange(100, 5_000)
            lived.append((id, at, "purchase", amount))
            events.append(a_purchase(id, at, amount=amount))
            if chance.random() < 0.3 and (back := at + chance.uniform(0, 40) * DAY) < now:
                lived.append((id, back, "return", amount // 2))
                events.append(a_return(id, back, amount=amount // 2))
            at += chance.choice([3, 20, 45, 200]) * chance.uniform(0.5, 1.5) * DAY
    await world.handle(*events)
    await world.handle(a_merge(ids[0], ids[1], now, uuid4()))
    return [(ids[0] if who == ids[1] else who, at, what, amount) for who, at, what, amount in lived]


def month(moment: datetime) -> date:
    """The month that a calendar in the zone shows."""
    return moment.astimezone(ZoneInfo(ZONE)).date().replace(day=1)


async def test_revenue_by_month_is_a_plain_count_of_the_facts(world: World, client: httpx.AsyncClient) -> None:
    """Catches a month cut in another zone, a merged customer who is new twice, returns that are added, and a customer
    who is lost although he came again in time."""
    lived, now = await two_years(world), world.clock.now()
    wanted: dict[date, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    buyers: dict[date, set[UUID]] = defaultdict(set)
    trips: dict[UUID, list[datetime]] = defaultdict(list)
    for who, at, what, amount in lived:
        wanted[month(at)]["gross" if what == "purchase" else "returned"] += amount
        if what == "purchase":
            wanted[month(at)]["orders"] += 1
            buyers[month(at)].add(who)
            trips[who].append(at)
    for moments in trips.values():
        wanted[month(min(moments))]["new"] += 1
        for at in moments:
            end = at + LOST * DAY
            if end <= now and not any(at < other <= end for other in moments):
                wanted[month(end)]["lost"] += 1
    path = f"/insights/revenue?by=month&zone={ZONE}&lost_after_days={LOST}"
    answer = (await client.get(path)).json()
    assert len(answer["periods"]) == 13
    assert answer["periods"][-1]["period"] == str(month(now))
    for item in answer["periods"]:
        period = date.fromisoformat(item["period"])
        for held, when in ((item["figures"], period), (item["year_before"], period.replace(year=period.year - 1))):
            expected = {name: wanted[when][name] for name in ("orders", "gross", "returned", "new", "lost")}
            assert {name: held[name] for name in expected} == expected, when
            assert held["buyers"] == len(buyers[when])
            assert held["repeat"] == len(buyers[when]) - wanted[when]["new"]
            assert held["revenue"] == wanted[when]["gross"] - wanted[when]["returned"]
    assert sum(item["figures"]["lost"] for item in answer["periods"]) > 3
    refused = await client.get("/insights/revenue?zone=Europe/Lundon")
    assert (refused.status_code, "Europe/London" in refused.json()["cure"]) == (422, True)
    assert refused.json()["type"].endswith("/zone-unknown")
    long = await client.get("/insights/revenue?by=day&from=2001-01-01")
    assert (long.status_code, long.json()["type"].rsplit("/", 1)[-1]) == (422, "span-too-long")


async def test_cohorts_are_a_plain_count_of_the_facts(world: World, client: httpx.AsyncClient) -> None:
    """Catches a customer in two cohorts, and months that are counted in days."""
    lived = await two_years(world)
    first: dict[UUID, date] = {}
    for who, at, what, _ in sorted(lived, key=lambda row: row[1]):
        if what == "purchase":
            first.setdefault(who, month(at))
    came: dict[tuple[date, int], set[UUID]] = defaultdict(set)
    money: dict[tuple[date, int], int] = defaultdict(int)
    for who, at, what, amount in lived:
        offset = (month(at).year - first[who].year) * 12 + month(at).month - first[who].month
        money[first[who], offset] += amount if what == "purchase" else -amount
        if what == "purchase":
            came[first[who], offset].add(who)
    answer = (await client.get(f"/insights/cohorts?zone={ZONE}&from=2000-01-01&to=2030-01-01")).json()
    told = {
        (date.fromisoformat(cohort["period"]), cell["offset"]): (cell["buyers"], cell["revenue"])
        for cohort in answer["cohorts"]
        for cell in cohort["cells"]
    }
    assert told == {key: (len(came[key]), money[key]) for key in money}
    sizes = {date.fromisoformat(cohort["period"]): cohort["customers"] for cohort in answer["cohorts"]}
    assert sizes == {period: sum(of == period for of in first.values()) for period in set(first.values())}


async def test_a_segment_has_figures_and_sizes_of_its_own(world: World, client: httpx.AsyncClient) -> None:
    """Catches figures of everybody under the name of a segment, and a size that was never noted told as 0."""
    now = world.clock.now()
    rich, poor = uuid4(), uuid4()
    await world.handle(a_purchase(rich, now - DAY, amount=90_000), a_purchase(poor, now - DAY, amount=100))
    spent = {"event": "purchase", "agg": "sum", "field": "amount", "op": "gt", "value": 5_000}
    segment = await world.a_segment(spent)
    answer = (await client.get(f"/insights/revenue?by=day&segment_id={segment}")).json()
    assert sum(item["figures"]["revenue"] for item in answer["periods"]) == 90_000
    await note(world.context)
    await world.pass_time(now + DAY)
    await world.handle(a_purchase(poor, world.clock.now(), amount=80_000))
    await note(world.context)
    sizes = (await client.get(f"/insights/segments/{segment}/sizes")).json()["periods"]
    assert [item["members"] for item in sizes[-3:]] == [None, 1, 2]
    by_month = (await client.get(f"/insights/segments/{segment}/sizes?by=month")).json()["periods"]
    assert by_month[-1]["members"] == 2
    assert (await client.get(f"/insights/segments/{uuid4()}/sizes")).status_code == 404


async def test_a_distribution_counts_everybody_once(world: World, client: httpx.AsyncClient) -> None:
    """Catches bars that leave out the highest value, and one bar for all because one customer is very rich."""
    empty = (await client.get("/insights/scores/clv/distribution")).json()
    assert (empty["customers"], empty["bars"]) == (0, [])
    ids = [uuid4() for _ in range(300)]
    await world.handle(*(a_purchase(id, world.clock.now() - DAY, amount=n) for n, id in enumerate(ids, 1)))
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into score_fits (fit_id, model, state, options, requested_at, requested_by)"
            " values (:id, 'rfm', 'waiting', '{\"scheme\": \"independent\"}', :now, 'tests')",
            {"id": (fit := uuid4()), "now": tx.now},
        )
    await fit_here(world.settings.database_url, fit, world.clock.now())
    spread = (await client.get("/insights/scores/spend_percentile/distribution?bins=10")).json()
    assert (spread["customers"], len(spread["bars"])) == (300, 10)
    assert sum(bar["customers"] for bar in spread["bars"]) == 300
    assert all(25 <= bar["customers"] <= 35 for bar in spread["bars"])
    assert spread["quantiles"]["0.5"] == pytest.approx(50.165)
    groups = (await client.get("/insights/scores/rfm_group/distribution")).json()
    assert sum(bar["customers"] for bar in groups["bars"]) == 300
    assert {bar["value"] for bar in groups["bars"]} <= {"champions", "loyal_customers", "others", "new_customers",
                                                       "potential_loyalists", "need_attention", "lost", "at_risk",
                                                       "about_to_sleep", "promising", "cannot_lose"}  # fmt: skip
