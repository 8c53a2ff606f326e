"""What customers brought and cost: counted again in the plainest way, and nothing unknown told as known."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.analytics.config import Settings
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import ContactRecorded, ExposureRecorded, Line, PurchaseRecorded, ReturnRecorded
from tests.component.analytics.builders import a_merge, an_event, bought
from tests.component.analytics.world import World

DAY = timedelta(days=1)
PRICES = {"phone": 400, "post": 90, "email": 0}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With what contacts cost."""
    return settings.model_copy(update={"contact_costs": PRICES})


def a_sale(who: UUID, at: datetime, amount: int, cost: int | None, *, back: bool = False) -> Envelope[Any]:
    """A basket of one line, or its return."""
    line = Line(product_id="p", quantity=1, amount=amount, cost=cost)
    kind = ReturnRecorded if back else PurchaseRecorded
    data = kind(
        interaction_id=uuid4(), channel="store", currency="USD", amount=amount, base_amount=amount, lines=[line]
    )
    return an_event(data, who, at)


def a_contact(who: UUID, at: datetime, channel: str, direction: str) -> Envelope[Any]:
    """A call or letter."""
    data = ContactRecorded.model_validate({"interaction_id": uuid4(), "channel": channel, "direction": direction})
    return an_event(data, who, at)


async def test_ledgers_and_tenths_are_a_plain_count_of_the_facts(world: World, client: httpx.AsyncClient) -> None:
    """Catches a return that adds, a call of the customer's that is told as advertising, and a tenth in wrong order."""
    chance, now = random.Random(11), world.clock.now()
    ids = [uuid4() for _ in range(30)]
    sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    events = []
    for id in ids:
        owner = ids[0] if id == ids[1] else id
        for _ in range(chance.randrange(1, 6)):
            at, amount = now - chance.uniform(1, 500) * DAY, chance.randrange(100, 3_000)
            cost, back = chance.randrange(50, 100) * amount // 100, chance.random() < 0.2
            events.append(a_sale(id, at, amount, cost, back=back))
            if at >= now - 365 * DAY:
                sums[owner]["revenue"] += -amount if back else amount
                sums[owner]["goods"] += -cost if back else cost
        for _ in range(chance.randrange(0, 4)):
            channel, direction = chance.choice(["phone", "email", "post"]), chance.choice(["in", "out"])
            events.append(a_contact(id, now - DAY, channel, direction))
            sums[owner]["serving" if direction == "in" else "reaching"] += PRICES[channel]
        data = ExposureRecorded.model_validate(
            {"interaction_id": uuid4(), "channel": "post", "campaign_id": uuid4(), "message_id": uuid4()}
        )
        events.append(an_event(data, id, now - 2 * DAY))
        sums[owner]["reaching"] += PRICES["post"]
    await world.handle(*events)
    await world.handle(a_merge(ids[0], ids[1], now, uuid4()))
    left = {id: held["revenue"] - held["goods"] - held["reaching"] - held["serving"] for id, held in sums.items()}
    told = (await client.get("/insights/profitability")).json()
    assert told["customers"] == 29
    for name in ("revenue", "goods", "reaching", "serving"):
        assert told["ledgers"][name] == sum(held[name] for held in sums.values()), name
    assert told["ledgers"]["profit"] == told["ledgers"]["contribution"] == sum(left.values())
    assert (told["losing"], told["losses"]) == (
        sum(of < 0 for of in left.values()),
        sum(min(0, of) for of in left.values()),
    )
    ordered = sorted(left.values(), reverse=True)
    seen = 0
    for tenth in told["tenths"]:
        seen += tenth["customers"]
        assert tenth["so_far"] == sum(ordered[:seen])
    one = (await client.get(f"/customers/{ids[1]}/profitability")).json()["ledgers"]
    assert {name: one[name] for name in sums[ids[0]]} == dict(sums[ids[0]])


async def test_what_is_not_known_is_told_as_unknown(world: World, client: httpx.AsyncClient) -> None:
    """Catches a profit of goods that cost nothing because nobody said what they cost."""
    known, goods, channel, now = uuid4(), uuid4(), uuid4(), world.clock.now()
    await world.handle(
        a_sale(known, now - DAY, 1_000, 600), a_contact(known, now - DAY, "phone", "out"),
        a_sale(goods, now - DAY, 1_000, None),
        a_sale(channel, now - DAY, 1_000, 600), a_contact(channel, now - DAY, "sms", "out"),
    )  # fmt: skip
    ledgers = {
        id: (await client.get(f"/customers/{id}/profitability")).json()["ledgers"] for id in (known, goods, channel)
    }
    assert (ledgers[known]["profit"], ledgers[known]["contribution"]) == (0, 0)
    assert (ledgers[goods]["profit"], ledgers[goods]["contribution"], ledgers[goods]["uncosted"]) == (
        None,
        1_000,
        1_000,
    )
    assert (ledgers[channel]["profit"], ledgers[channel]["unpriced"]) == (None, 1)
    segment = await world.a_segment(bought())
    everybody = (await client.get(f"/insights/profitability?segment_id={segment}")).json()
    assert (everybody["customers"], everybody["ledgers"]["profit"]) == (3, None)
    swapped = await client.get("/insights/profitability?from=2026-02-01&to=2026-01-01")
    assert (swapped.status_code, "Swap" in swapped.json()["cure"]) == (422, True)
    assert swapped.json()["type"].endswith("/span-empty")


async def test_the_margin_of_a_period_is_plain_sql_over_the_same_events(
    world: World, client: httpx.AsyncClient
) -> None:
    """Catches goods of another period or segment, returned goods that cost again, and a margin that guesses."""
    chance, now = random.Random(5), world.clock.now()
    ids = [uuid4() for _ in range(12)]
    sold: list[tuple[datetime, int, int]] = []
    events = []
    for id in ids:
        for _ in range(6):
            at, amount = now - chance.uniform(1, 700) * DAY, chance.randrange(100, 3_000)
            cost, back = chance.randrange(50, 100) * amount // 100, chance.random() < 0.2
            events.append(a_sale(id, at, amount, cost, back=back))
            sold.append((at, -amount if back else amount, -cost if back else cost))
    await world.handle(*events, a_merge(ids[0], ids[1], now, uuid4()))
    answer = (await client.get("/insights/revenue?by=week")).json()
    told = {item["period"]: item["figures"] for item in answer["periods"]}
    before = {item["period"]: item["year_before"] for item in answer["periods"]}
    wanted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for at, amount, cost in sold:
        monday = str(at.date() - timedelta(days=at.weekday()))
        wanted[monday][0] += amount
        wanted[monday][1] += amount - cost
    for period, figures in told.items():
        assert [figures["revenue"], figures["margin"]] == wanted[period], period
        earlier = str(datetime.fromisoformat(period).date() - timedelta(weeks=52))
        assert [before[period]["revenue"], before[period]["margin"]] == wanted[earlier], earlier
    assert any(figures["margin"] for figures in told.values())
    await world.handle(a_sale(ids[3], now - timedelta(minutes=1), 500, None))
    last = (await client.get("/insights/revenue?by=week")).json()["periods"][-1]["figures"]
    assert (last["margin"], last["uncosted"]) == (None, 500)
