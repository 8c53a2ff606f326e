"""Forms without scripts: a hosted page, and a fragment for the firm's own."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.privacy.app import create
from services.privacy.config import Settings
from services.privacy.site.content import LANGUAGES
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.signups.steps import a_sign_up, a_wording


@pytest.fixture
async def visitor(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key, whose browser sends forms."""
    async with httpx.AsyncClient(transport=client._transport, base_url="http://privacy") as visitor:
        yield visitor


async def a_form(client: httpx.AsyncClient, **changes: Any) -> str:
    """A form with one wording in all languages; returns its name."""
    name = f"form-{new_id().hex[-8:]}"
    for language in LANGUAGES:
        await a_wording(client, name=name, language=language, text=f"Words in {LANGUAGES[language]}.")
    body = {"titles": {"en": "Our newsletter", "de": "Unser Rundbrief"}, "notices": [name], **changes}
    answer = await client.put(f"/signup-forms/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return name


def boxes(page: str) -> list[str]:
    return re.findall(r'name="(notice-[0-9a-f-]+)"', page)


async def pending(database: Database, address: str) -> int:
    async with database.transaction() as tx:
        return int(await tx.value("select count(*) from signups where fingerprint = :f", {"f": hash_of(address)}))


async def test_a_form_that_is_filled_in_asks_the_address(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches a page whose button does nothing, and a box that is ticked for people."""
    name = await a_form(client, ask_name=True)
    page = await visitor.get(f"/forms/{name}", headers={"Accept-Language": "de-DE"})
    assert page.status_code == 200
    assert 'lang="de"' in page.text
    assert "Unser Rundbrief" in page.text
    assert "Words in Deutsch." in page.text
    assert "checked" not in page.text
    (box,) = boxes(page.text)
    address = f"{new_id().hex}@example.test"
    typed = {"email": address, "given_name": "Rosa", "family_name": "", box: "yes", "language": "de", "website": ""}
    answer = await visitor.post(f"/forms/{name}", data=typed)
    assert answer.status_code == 202
    assert "Postfach" in answer.text
    assert await pending(database, address) == 1


async def test_what_is_missing_is_said_and_what_was_typed_stays(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches consent without a tick, and a form that forgets all after a mistake."""
    name = await a_form(client)
    (box,) = boxes((await visitor.get(f"/forms/{name}")).text)
    address = f"{new_id().hex}@example.test"
    for typed, told in (
        ({"email": address}, "Please tick"),
        ({"email": "rosa", box: "yes"}, "complete e-mail"),
        ({box: "yes"}, "complete e-mail"),
        ({"email": address, f"notice-{new_id()}": "yes"}, "wording has changed"),
        ({"email": '"><script>x', box: "yes"}, "complete e-mail"),
    ):
        answer = await visitor.post(f"/forms/{name}", data=typed)
        assert answer.status_code == 422
        assert told in answer.text
        assert 'role="alert"' in answer.text
        assert "<script" not in answer.text
        assert "email" not in typed or typed["email"].startswith('"') or f'value="{typed["email"]}"' in answer.text
    assert await pending(database, address) == 0


async def test_a_program_that_fills_in_everything_learns_nothing(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database
) -> None:
    """Catches robots that sign up lists of addresses."""
    name = await a_form(client)
    (box,) = boxes((await visitor.get(f"/forms/{name}")).text)
    address = f"{new_id().hex}@example.test"
    answer = await visitor.post(f"/forms/{name}", data={"email": address, box: "yes", "website": "http://x.test"})
    assert answer.status_code == 202
    assert await pending(database, address) == 0


async def test_one_client_signs_up_a_few_people_a_minute(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, settings: Settings
) -> None:
    """Catches a stranger who lets us write to thousands of addresses."""
    name = await a_form(client)
    keys = json.loads(settings.api_keys_file.read_text())
    page = {"id": "page", "sha256": hash_key("page-key"), "scopes": ["privacy:signup"], "trust": "browser"}
    settings.api_keys_file.write_text(json.dumps([*keys, page]))
    few = settings.model_copy(update={"signups_per_minute": 3.0})
    app = create(few)
    async with app.router.lifespan_context(app):
        # A network of its own: other tests count under the address of the test client.
        transport = httpx.ASGITransport(app=app, client=(f"10.9.{new_id().int % 250}.{new_id().int % 251}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://privacy") as stranger:
            answers = [await stranger.post(f"/forms/{name}", data={"email": "x"}) for _ in range(6)]
            by_key = await stranger.post(
                "/signups", json=a_sign_up(await a_wording(client)), headers={"Authorization": "Bearer page-key"}
            )
    assert [answer.status_code for answer in answers[:3]] == [422] * 3
    assert answers[-1].status_code == 429
    assert "Too many sign-ups" in answers[-1].text
    assert (by_key.status_code, by_key.json()["type"]) == (429, "/problems/too-many-sign-ups")


async def test_the_fragment_for_the_firm_s_own_page_posts_to_ours(client: httpx.AsyncClient) -> None:
    """Catches embed code with a script, and one that shows other words than the page."""
    name = await a_form(client)
    answer = (await client.get(f"/signup-forms/{name}/embed", params={"language": "fr"})).json()
    assert answer["language"] == "fr"
    assert f'action="{answer["url"]}"' in answer["html"]
    assert "Words in Français." in answer["html"]
    assert "<script" not in answer["html"]
    assert boxes(answer["html"])


async def test_a_form_that_is_gone_or_shows_nothing_is_said_so(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    """Catches a form with words that nobody stored, and a closed one that goes on collecting."""
    name = await a_form(client)
    assert (await visitor.get("/forms/nothing-here")).status_code == 404
    await client.put(f"/signup-forms/{name}", json={"notices": [name], "archived": True})
    assert (await visitor.get(f"/forms/{name}")).status_code == 404
    assert (await visitor.post(f"/forms/{name}", data={"email": "rosa@example.test"})).status_code == 404
    answer = await client.put("/signup-forms/other", json={"notices": ["nothing-like-this"]})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/form-shows-nothing")
    missing = await client.get(f"/signup-forms/{name}x")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/form-not-found")
    assert name in missing.json()["detail"]
