"""The official client of pages, unmodified, in a real browser on another origin: every call is recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Page, Route, async_playwright

from console.build import install_packages
from services.interactions import app as app_module
from services.interactions.config import Settings
from shared.contracts.interactions import BrowsingRecorded, Identifier, IdentityObserved
from shared.customers.identifiers import customer_id_of
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.component.interactions.conftest import BROWSER, READER, DrivenWorker, as_
from tests.component.interactions.segment_api.conftest import line_to, listening

_FOLDER = Path(__file__).parent / "page"
_BUNDLES = _FOLDER / "node_modules/@segment/analytics-next/dist/umd"
# Another host than the app's, as a shop's is: what the browser lets through is decided by our answers.
_SHOP = "http://localhost:1"
_PAGE = '<!doctype html><title>Shop</title><script src="/umd/index.js"></script>'
_CALLS = """
async ([host, key, calls]) => {
  const segment = { apiKey: key, apiHost: host, protocol: "http" };
  const settings = { writeKey: key, cdnSettings: { integrations: { "Segment.io": segment } } };
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(settings);
  for (const [method, ...args] of calls) await analytics[method](...args);
}
"""
# The package comes from a registry, and a browser starts on a busy machine.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def shop() -> AsyncIterator[Page]:
    """A page of a shop that loads the client as it is published, at the version of the lock; nothing else is there."""
    await asyncio.to_thread(install_packages, _FOLDER, _FOLDER / "node_modules/.installed")
    found = await asyncio.to_thread(find_browser)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.executable, args=list(ARGUMENTS), env={**found.environment}
        )
        page = await browser.new_page()

        async def serve(route: Route) -> None:
            name = route.request.url.removeprefix(f"{_SHOP}/umd/")
            if route.request.url == f"{_SHOP}/":
                await route.fulfill(content_type="text/html", body=_PAGE)
            elif "/" not in name and (_BUNDLES / name).is_file():
                await route.fulfill(content_type="text/javascript", path=_BUNDLES / name)
            else:
                await route.fulfill(status=404, body="")

        await page.route(f"{_SHOP}/**", serve)
        await page.goto(f"{_SHOP}/", wait_until="load")
        yield page
        await browser.close()


@pytest.fixture
async def door(settings: Settings) -> AsyncIterator[int]:
    """The port of an app whose settings list the shop."""
    app = app_module.create(settings.model_copy(update={"cors_origins": [_SHOP]}))
    async with app.router.lifespan_context(app), listening(app) as port:
        yield port


async def until_recorded(worker: DrivenWorker, user: str, number: int) -> UUID:
    """The customer that the shop's user is, once so many events of theirs are recorded."""
    customer = customer_id_of(
        worker.settings.installation_key.get_secret_value(),
        Identifier(kind="external_id", value=user, source="browser"),
    )
    for _ in range(120):
        await worker.drain()
        if await worker.count(customer) >= number:
            return customer
        await asyncio.sleep(0.5)
    raise AssertionError(f"{await worker.count(customer)} of {number} events came")


async def test_a_page_tells_who_looks_and_what_lies_in_the_cart(
    shop: Page, door: int, worker: DrivenWorker, api: httpx.AsyncClient
) -> None:
    """Catches an answer that the browser hides from the page, a call whose shape only servers' clients know, and a
    visitor whose cart is lost when they sign in."""
    user, cart, email = uuid4().hex, uuid4().hex, f"{uuid4().hex}@example.test"
    product = {"product_id": "pear", "quantity": 2, "cart_id": cart}
    calls: list[list[Any]] = [
        ["page", "Home"],
        ["track", "Product Viewed", {"product_id": "pear"}],
        ["track", "Product Added", product],
        ["identify", user, {"email": email}],
        ["track", "Checkout Started", {"cart_id": cart}],
        ["track", "Course Booked", {"level": "beginner"}],
    ]
    await shop.evaluate(_CALLS, [f"127.0.0.1:{door}/v1", BROWSER, calls])
    customer = await until_recorded(worker, user, 5)
    assert await worker.count(customer) == 5
    assert {event.data.action for event in await worker.emitted(customer, BrowsingRecorded)} == {
        "page_viewed",
        "product_viewed",
        "added_to_cart",
        "checkout_started",
    }
    assert (await worker.emitted(customer, IdentityObserved))[0].data.trust == "browser"
    answer = await api.get("/carts", params={"customer_id": str(customer)}, headers=as_(READER))
    (shown,) = answer.json()["items"]
    assert (shown["cart_id"], shown["checkout"], shown["products"]) == (
        cart,
        True,
        [{"product_id": "pear", "pieces": 2.0}],
    )


async def test_a_call_whose_answer_was_lost_is_recorded_once(shop: Page, door: int, worker: DrivenWorker) -> None:
    """Catches a page's retry after a killed connection that doubles what was recorded before."""
    user = uuid4().hex
    calls: list[list[Any]] = [["identify", user], ["track", "Product Viewed", {"product_id": "pear"}]]
    async with line_to(door) as line:
        await shop.evaluate(_CALLS, [f"127.0.0.1:{line.port}/v1", BROWSER, calls])
        customer = await until_recorded(worker, user, 1)
        for _ in range(60):
            if line.requests > 2:
                break
            await asyncio.sleep(0.5)
        assert line.losses == 0
        assert line.requests > 2, "the client sent nothing again"
    await worker.drain()
    assert await worker.count(customer) == 1
