"""A real browser, the console's real server, and pages whose APIs answer what a test wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from console.build import build
from console.server.app import create_console
from console.server.config import SERVICES, Settings
from console.server.roles import ROLES
from console.server.users import Users
from deploy.local import Dsns
from deploy.local.console import Console
from deploy.local.ports import keep_or_choose
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.pages import Visitor
from tests.product import Product

PASSWORD = "correct horse battery"
SHOTS = Path(__file__).parents[2] / ".local/browser"


@pytest.fixture(scope="session")
async def browser(chromium: Browser) -> Browser:
    """For the console's pages, which are built before."""
    await asyncio.to_thread(build)
    return chromium


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One for the session; each test has a context of its own."""
    chromium = await asyncio.to_thread(find_browser)
    SHOTS.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium.executable, args=list(ARGUMENTS), env={**chromium.environment}
        )
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
async def front(dsns: Dsns, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a console in this process whose services are nowhere: tests answer in their place."""
    users = tmp_path_factory.mktemp("console") / "users.json"
    await asyncio.to_thread(add_everybody, users)
    port = keep_or_choose({}, ["console"])["console"]
    urls: dict[str, Any] = {f"{service}_url": "http://127.0.0.1:1" for service in SERVICES}
    settings = Settings(redis_url=dsns.redis, users_file=users, port=port, **urls)
    server = uvicorn.Server(uvicorn.Config(create_console(settings), port=port, log_level="warning", lifespan="on"))
    server.config.setup_event_loop = lambda: None  # type: ignore[method-assign]
    task = asyncio.create_task(_serve(server))
    while not server.started:
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


async def _serve(server: uvicorn.Server) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        await server.serve()


def add_everybody(file: Path) -> None:
    """An account for each role, named after it."""
    users = Users(file)
    for role in ROLES:
        users.add(role, [role], PASSWORD)


@pytest.fixture(scope="session")
async def console(product: Product) -> AsyncIterator[Console]:
    """The console before the running product."""
    made = Console(product.installation)
    await asyncio.to_thread(made.start)
    await asyncio.to_thread(add_everybody, made.users)
    yield made
    await asyncio.to_thread(made.stop)


Enter = Callable[..., Any]


@pytest.fixture(scope="session")
async def profiles(browser: Browser) -> AsyncIterator[dict[str, BrowserContext]]:
    """Browser profiles by address, role and options: a sign-in and a download of the pages' files are enough."""
    opened: dict[str, BrowserContext] = {}
    yield opened
    for profile in opened.values():
        await profile.close()


@pytest.fixture
async def enter(browser: Browser, profiles: dict[str, BrowserContext]) -> AsyncIterator[Enter]:
    """`await enter(address, role)`: a signed-in visitor with a tab of their own."""
    pages: list[Page] = []

    async def open_for(address: str, role: str, **options: Any) -> Visitor:
        key = f"{address} {role} {options}"
        known = key in profiles
        if not known:
            options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
            profiles[key] = await browser.new_context(base_url=address, **options)
            profiles[key].set_default_timeout(20_000)
        page = await profiles[key].new_page()
        pages.append(page)
        if not known:
            await _sign_in(page, role)
        return Visitor(page, SHOTS)

    yield open_for
    for page in pages:
        await page.close()


async def _sign_in(page: Page, role: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_role("textbox", name="Name").fill(role)
    await page.get_by_role("textbox", name="Passwor").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await page.wait_for_url("**/")
