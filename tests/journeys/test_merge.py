"""Two customers turn out to be one, and then not."""

from __future__ import annotations

from typing import Any

from tests.journeys.conftest import Product
from tests.journeys.steps import Until, buy, consent, found, segments_of


async def test_a_merge_counts_both_and_undoing_it_counts_each_alone(
    product: Product, campaign: dict[str, Any], until: Until
) -> None:
    """Catches a service that merges but cannot part again, and a merge that is taken for a reason to write."""
    for who in ("fay", "fay-at-work"):
        await consent(product, who)
        await buy(product, who)
    one, other = [await found(product, until, who) for who in ("fay", "fay-at-work")]
    fans = campaign["segment"]

    async def both_bought() -> Any:
        timelines = [
            await product.done("GET", "interactions", f"/customers/{who}/timeline", "marketing") for who in (one, other)
        ]
        return all(shown["items"] for shown in timelines)

    await until(both_bought)
    assert fans not in await segments_of(product, one) | await segments_of(product, other)

    merge = await product.done("POST", "customers", "/merges", "operator", json={"survivor": one, "absorbed": other})

    async def is_a_fan() -> Any:
        return fans in await segments_of(product, one)

    await until(is_a_fan)
    timeline = await product.done("GET", "interactions", f"/customers/{one}/timeline", "marketing")
    assert {item["customer_id"] for item in timeline["items"]} == {one, other}

    await product.done("POST", "customers", f"/merges/{merge['merge_id']}/undo", "operator")

    async def is_no_fan() -> Any:
        return not await is_a_fan()

    await until(is_no_fan)
    alone = await product.done("GET", "customers", f"/customers/{other}", "marketing")
    assert alone["customer_id"] == other
    history = await product.done("GET", "analytics", f"/customers/{one}/history", "marketing")
    assert [item["origin"] for item in history["items"] if item["segment_id"] == fans] == ["merge", "merge"]
    assert product.mails_to("fay@example.test") + product.mails_to("fay-at-work@example.test") == []
