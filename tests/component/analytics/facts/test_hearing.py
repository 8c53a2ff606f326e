"""Returns, exposures and responses as analytics hears them, and money in another currency than the firm's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.contracts.interactions import Line, PurchaseRecorded
from tests.component.analytics.builders import a_purchase, a_response, a_return, an_event, an_exposure
from tests.component.analytics.world import World

_TODAY = {"last": "P1D"}


def counted(event: str, *, where: dict[str, Any] | None = None, value: int = 1) -> dict[str, Any]:
    leaf = {"event": event, "agg": "count", "window": _TODAY, "op": "gte", "value": value}
    return leaf | ({"where": where} if where else {})


def summed(event: str, value: int) -> dict[str, Any]:
    return {"event": event, "agg": "sum", "field": "amount", "window": _TODAY, "op": "gte", "value": value}


async def test_goods_that_came_back_are_heard_with_their_value_and_their_lines(world: World) -> None:
    """Catches a return that is counted as a purchase, or by the amount that was paid in another currency."""
    at, who, other = world.clock.now(), uuid4(), uuid4()
    returned = await world.a_segment(summed("return", 2_000))
    apples = await world.a_segment(
        counted("return_line", where={"prop": "category", "op": "eq", "value": "apples"}, value=2)
    )
    bought = await world.a_segment(counted("purchase"))
    await world.handle(
        a_return(who, at, amount=1_500), a_return(who, at, amount=500), a_return(other, at, amount=1_999)
    )
    await world.handle(a_purchase(other, at))
    assert await world.members(returned) == {who}
    assert await world.members(apples) == {who}
    assert await world.members(bought) == {other}


async def test_exposures_and_responses_are_heard_with_their_campaign_and_kind(world: World) -> None:
    """Catches a click that counts as an opening, and a campaign that counts as any other."""
    at, campaign, clicker, opener = world.clock.now(), uuid4(), uuid4(), uuid4()
    reached = await world.a_segment(counted("exposure", where={"prop": "campaign", "op": "eq", "value": str(campaign)}))
    clicked = await world.a_segment(counted("response", where={"prop": "kind", "op": "eq", "value": "clicked"}))
    await world.handle(
        an_exposure(clicker, at, campaign=campaign),
        an_exposure(opener, at, campaign=uuid4()),
        a_response(clicker, at, campaign=campaign),
        a_response(opener, at, kind="opened", campaign=campaign),
        # The e-mail program that opens everything tells no campaign.
        a_response(opener, at, kind="opened"),
    )
    assert await world.members(reached) == {clicker}
    assert await world.members(clicked) == {clicker}


async def test_the_lines_of_a_basket_share_its_value_in_the_firms_currency(world: World) -> None:
    """Catches lines that keep what was paid in another currency, and cents that are lost when a value is shared out."""
    at, who = world.clock.now(), uuid4()
    lines = [Line(product_id=f"p{n}", quantity=1, amount=33, category="apples") for n in range(3)]
    data = PurchaseRecorded(
        interaction_id=uuid4(), channel="web", currency="JPY", amount=99, base_amount=100, lines=lines
    )
    whole, shared = await world.a_segment(summed("purchase", 100)), await world.a_segment(summed("purchase_line", 100))
    more = await world.a_segment(summed("purchase_line", 101))
    await world.handle(an_event(data, who, at))
    assert [await world.members(segment) for segment in (whole, shared, more)] == [{who}, {who}, set()]


async def test_a_basket_without_a_known_rate_counts_and_is_worth_nothing(world: World) -> None:
    """Catches yen that are added up as if they were euros."""
    at, who = world.clock.now(), uuid4()
    line = Line(product_id="p1", quantity=1, amount=5_000, category="apples")
    data = PurchaseRecorded(
        interaction_id=uuid4(), channel="web", currency="JPY", amount=5_000, base_amount=None, lines=[line]
    )
    valued, counting = await world.a_segment(summed("purchase", 1)), await world.a_segment(counted("purchase"))
    await world.handle(an_event(data, who, at))
    assert (await world.members(valued), await world.members(counting)) == (set(), {who})
