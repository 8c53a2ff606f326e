"""What people do in journeys, and how to see what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.builders import a_purchase
from tests.journeys.conftest import Product

Until = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


async def consent(product: Product, who: str, headers: dict[str, str] | None = None, **more: Any) -> None:
    """`who` ticks the box."""
    body = {
        "customer": {"external_id": {"source": "shop", "id": who}},
        "purpose": "marketing",
        "channel": "email",
        "action": "granted",
        "wording": "Yes, write to me.",
        "wording_version": "1",
    }
    await product.done("POST", "privacy", "/consents", "data-protection", json=body | more, headers=headers or {})


async def buy(product: Product, who: str, times: int = 1, **more: Any) -> list[dict[str, Any]]:
    """`who` buys something, at the storefront's door."""
    sent = [a_purchase(who, **more) for _ in range(times)]
    for purchase in sent:
        answer = await product.call("POST", "interactions", "/events", "storefront", json=purchase)
        assert answer.status_code == 202, answer.text
    return sent


async def found(product: Product, until: Until, who: str) -> str:
    """The customer id of `who`, once somebody is known by that address."""

    async def known() -> Any:
        shown = await product.done(
            "POST", "customers", "/customers/search", "marketing",
            json={"identifier": {"kind": "email", "value": f"{who}@example.test"}},
        )  # fmt: skip
        return shown["items"]

    return str((await until(known))[0]["customer_id"])


async def a_mail_to(product: Product, until: Until, who: str) -> Any:
    """The first mail that reaches `who`."""

    async def arrived() -> Any:
        return product.mails_to(f"{who}@example.test")

    return (await until(arrived))[0]


async def the_road_works(product: Product, until: Until, canary: str) -> None:
    """Somebody permitted buys twice and is written to: what was done before has had its effect by now."""
    await consent(product, canary)
    await buy(product, canary, 2)
    await a_mail_to(product, until, canary)


async def segments_of(product: Product, customer_id: str) -> set[str]:
    """The segments that hold this customer."""
    shown = await product.done("GET", "analytics", f"/customers/{customer_id}/segments", "marketing")
    return {one["segment_id"] for one in shown}
