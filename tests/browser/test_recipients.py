"""Privacy's pages for recipients in a real Chromium: by axe, by phone, in every language, without scripts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, Page

from deploy.local import Dsns
from deploy.local.ports import keep_or_choose
from services.privacy.app import create
from services.privacy.config import Settings
from services.privacy.site.content import LANGUAGES
from services.registry import run_migrations
from shared.ids import new_id
from shared.security.api_keys import hash_key
from shared.security.tokens import make_unsubscribe_token
from tests.browser.conftest import SHOTS
from tests.browser.pages import Visitor
from tests.infrastructure import CreateDatabase

KEY = "an-installation-key-for-tests-only-0123456789"
_SCOPES = ["privacy:read", "privacy:write", "privacy:admin", "privacy:signup", "privacy:permits"]


@dataclass
class Site:
    """The running pages, and the API behind them."""

    url: str
    api: httpx.AsyncClient

    async def form(self, language: str) -> str:
        """A form with one wording in a language; returns its name."""
        name = f"form-{language}-{new_id().hex[-6:]}"
        notice = {"name": name, "version": "1", "language": language, "purpose": "marketing", "channels": ["email"],
                  "text": f"Words in {LANGUAGES[language]}."}  # fmt: skip
        assert (await self.api.post("/notices", json=notice)).status_code == 201
        made = await self.api.put(f"/signup-forms/{name}", json={"notices": [name], "ask_name": True})
        assert made.status_code == 200, made.text
        return name

    async def sign_up(self, form: str, language: str) -> str:
        """Somebody signed up; the path of their confirmation link."""
        ref = {"name": form, "version": "1", "language": language}
        body = {"email": f"{new_id().hex}@example.test", "notices": [ref], "language": language}
        signup = (await self.api.post("/signups", json=body)).json()["signup_id"]
        cards = await self.api.post("/signups/cards", json={"signup_ids": [signup]})
        return f"/confirm/{cards.json()['items'][0]['token']}"

    def preferences(self) -> tuple[UUID, str]:
        """Somebody, and the path of their preference centre."""
        customer = new_id()
        token = make_unsubscribe_token(
            KEY, customer_id=customer, purpose="marketing", channel="email", campaign_id=new_id(),
            message_id=new_id(), fingerprint=new_id().hex * 2,
        )  # fmt: skip
        return customer, f"/preferences/{token}"


@pytest.fixture(scope="session")
async def site(
    dsns: Dsns, create_database: CreateDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """Privacy's app on a port of its own."""
    database_url = await create_database("privacy_pages")
    await asyncio.to_thread(run_migrations, "privacy", database_url)
    keys: Path = tmp_path_factory.mktemp("pages") / "keys.json"
    entry = {"id": "officer", "sha256": hash_key("officer-key"), "scopes": _SCOPES}
    await asyncio.to_thread(keys.write_text, json.dumps([entry]))
    port = keep_or_choose({}, ["pages"])["pages"]
    settings = Settings(
        database_url=database_url,
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        api_keys_file=keys,
        installation_key=KEY,
        port=port,
        signups_per_minute=100_000,
    )
    server = uvicorn.Server(uvicorn.Config(create(settings), port=port, log_level="warning", lifespan="on"))
    server.config.setup_event_loop = lambda: None  # type: ignore[method-assign]
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": "Bearer officer-key"}) as api:
        yield Site(url, api)
    server.should_exit = True
    await task


@contextlib.asynccontextmanager
async def a_tab(chromium: Browser, site: Site, **options: Any) -> AsyncIterator[Page]:
    """A browser of somebody who was never here."""
    profile = await chromium.new_context(base_url=site.url, **options)
    profile.set_default_timeout(30_000)
    yield await profile.new_page()
    await profile.close()


async def _sound(visitor: Visitor, language: str) -> None:
    assert await visitor.page.evaluate("document.documentElement.lang") == language
    assert await visitor.serious() == []
    assert await visitor.too_wide() == []
    assert visitor.faults == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_is_sound_in_every_language(chromium: Browser, site: Site, language: str) -> None:
    """Catches what axe calls serious, a page too wide for a phone, one in the wrong language, and a broken policy."""
    form = await site.form(language)
    async with a_tab(chromium, site, locale=language, viewport={"width": 390, "height": 800}) as page:
        visitor = Visitor(page, SHOTS)
        await page.goto(f"/forms/{form}")
        await _sound(visitor, language)
        await page.locator("input[type=email]").fill("rosa@example.test")
        await page.locator("button[type=submit]").click()
        await page.get_by_role("alert").wait_for()
        await _sound(visitor, language)
        await page.get_by_role("checkbox").check()
        await page.locator("button[type=submit]").click()
        await page.get_by_role("status").wait_for()
        await _sound(visitor, language)
        link = await site.sign_up(form, language)
        await page.goto(link)
        await _sound(visitor, language)
        await page.locator("button[type=submit]").click()
        await page.get_by_role("status").wait_for()
        await _sound(visitor, language)
        await page.goto(site.preferences()[1])
        await _sound(visitor, language)
        await page.get_by_role("checkbox").first.check()
        await page.locator("select[name=pause]").select_option("30")
        await page.locator("button[type=submit]").first.click()
        await page.get_by_role("status").wait_for()
        await _sound(visitor, language)
        await visitor.shoot(f"preferences-{language}")
        for path in ("/confirm/nothing", "/preferences/nothing", "/archives/nothing"):
            await page.goto(path)
            await _sound(visitor, language)


async def test_everything_works_without_scripts_and_by_keyboard(chromium: Browser, site: Site) -> None:
    """Catches a form that only a script sends, and a box or button that the keyboard does not reach."""
    form = await site.form("de")
    async with a_tab(chromium, site, locale="de-DE", java_script_enabled=False) as page:
        await page.goto(f"/forms/{form}")
        await page.keyboard.press("Tab")
        await page.keyboard.type("rosa@example.test")
        for _ in range(3):
            await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("Sehen Sie in Ihr Postfach").first.wait_for()
        await page.goto(await site.sign_up(form, "de"))
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("Sie sind angemeldet").wait_for()
        customer, link = site.preferences()
        await page.goto(link.replace("/preferences/", "/unsubscribe/"))
        await page.get_by_role("link").click()
        await page.get_by_role("checkbox").first.check()
        await page.locator("select[name='often:marketing']").select_option("monthly")
        await page.get_by_role("button", name="Speichern").click()
        await page.get_by_text("Ihre Einstellungen wurden gespeichert.").wait_for()
        assert await page.get_by_role("checkbox").first.is_checked()
        wishes = (await site.api.get(f"/customers/{customer}/preferences")).json()
        assert (wishes["frequencies"], wishes["language"]) == ({"marketing": "monthly"}, "de")
        await page.get_by_role("button", name="Alle Werbung beenden").click()
        await page.get_by_text("Sie erhalten von uns keine Werbung mehr").wait_for()
        assert not await page.get_by_role("checkbox").first.is_checked()


async def test_the_form_works_inside_a_page_of_the_firm_s(chromium: Browser, site: Site) -> None:
    """Catches embed code that our own policy or a relative address breaks."""
    form = await site.form("en")
    embed = (await site.api.get(f"/signup-forms/{form}/embed")).json()["html"]
    # Its own address: the browser sends the form across sites.
    html = re.sub(r'action="http://[^/]+', f'action="{site.url}', embed)
    async with a_tab(chromium, site) as page:
        await page.set_content(f"<!doctype html><html lang='en'><title>Shop</title><h1>Shop</h1>{html}</html>")
        await page.locator("input[type=email]").fill("rosa@example.test")
        await page.get_by_role("checkbox").check()
        await page.locator("button").click()
        await page.get_by_text("Look into your mailbox").first.wait_for()
