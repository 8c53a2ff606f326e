"""Previews: counted by a statement, or estimated."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid4, uuid5

import httpx

from services.analytics.previews.service import preview
from tests.component.analytics.builders import a_merge, a_purchase, bought
from tests.component.analytics.world import World


async def test_a_preview_counts_what_saving_would_give(client: httpx.AsyncClient, world: World) -> None:
    """Catches a preview that is not the segment, and an estimate that does not say so."""
    people, at = [uuid4() for _ in range(30)], world.clock.now()
    await world.handle(*(a_purchase(who, at, amount=100 * n) for n, who in enumerate(people)))
    first = await world.a_segment({"event": "purchase", "agg": "sum", "field": "amount", "op": "gte", "value": 1000})
    definition = {"all": [{"segment": str(first)}, bought()]}
    seen = (await client.post("/segments/preview", json={"definition": definition, "sample": 3})).json()
    assert (seen["members"], seen["exact"], seen["customers"]) == (20, True, 30)
    assert (seen["low"], seen["high"], len(seen["sample"])) == (20, 20, 3)
    assert len(await world.members(await world.a_segment(definition))) == 20
    wrong = await client.post("/segments/preview", json={"definition": {"all": [{"attr": "nose", "op": "exists"}]}})
    assert wrong.status_code == 422


async def test_an_estimate_bounds_the_truth(world: World) -> None:
    """Catches an interval that leaves the truth outside."""
    # Always the same ids: of twenty random shares one may be too far from the whole.
    people, at = [uuid5(NAMESPACE_OID, str(n)) for n in range(1_500)], world.clock.now()
    for start in range(0, 1_500, 500):
        await world.handle(*(a_purchase(who, at, amount=n) for n, who in enumerate(people[start : start + 500])))
    definition = {"event": "purchase", "agg": "sum", "field": "amount", "op": "lt", "value": 100}
    found = await preview(world.database, definition, 0, 0.0, None)
    low, high = found.bounds()
    assert not found.exact
    assert 500 <= found.seen < 1_500
    assert low <= 300 <= high < 450


async def test_a_preview_counts_a_merged_customer_once_and_whole(world: World) -> None:
    """Catches a preview that counts ids instead of customers."""
    at, survivor, absorbed, other = world.clock.now(), uuid4(), uuid4(), uuid4()
    await world.handle(a_purchase(survivor, at), a_purchase(absorbed, at), a_purchase(other, at))
    await world.handle(a_merge(survivor, absorbed, at, uuid4()))
    await world.idle()
    found = await preview(world.database, bought(2), 5, 5.0, None)
    assert (found.customers, found.members, found.exact, found.sample) == (2, 1, True, [survivor])
