"""Purposes that are defined, wordings that stay, and grants that nothing proves."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import asyncpg
import httpx
import pytest

from services.privacy.config import Settings
from shared.ids import new_id
from shared.security.api_keys import hash_key
from tests.component.privacy.scenes import a_consent, ask, record
from tests.fakes import FixedClock

WORDS = "Yes, send me news about wine."


def a_notice(**changes: Any) -> dict[str, Any]:
    """A wording that asks for marketing by e-mail; each has a name of its own."""
    return {
        "name": f"footer-{new_id().hex[-8:]}",
        "version": "1",
        "language": "en",
        "purpose": "marketing",
        "channels": ["email"],
        "text": WORDS,
        **changes,
    }


async def stored(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/notices", json=a_notice(**changes))
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def seen(notice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A grant that names the wording."""
    ref = {name: notice[name] for name in ("name", "version", "language")}
    return a_consent(new_id(), wording=None, wording_version=None, notice=ref | changes)


async def test_a_statement_points_at_the_words_that_were_seen(client: httpx.AsyncClient) -> None:
    """Catches a ledger that cannot show years later what somebody said yes to."""
    notice = await stored(client)
    body = seen(notice)
    answer = await client.post("/consents", json=body)
    assert answer.status_code == 201, answer.text
    line = answer.json()
    assert line["notice_id"] == notice["notice_id"]
    assert line["unproven"] == []
    assert line["wording_sha256"] == notice["sha256"] == sha256(WORDS.encode()).hexdigest()
    shown = (await client.get(f"/customers/{line['customer_id']}/consents")).json()["history"][0]
    assert (shown["wording"], shown["wording_version"], shown["notice_id"]) == (WORDS, "1", notice["notice_id"])
    assert shown["wording_sha256"] == notice["sha256"]


async def test_a_version_says_one_thing_for_ever(client: httpx.AsyncClient, database_url: str) -> None:
    """Catches words that are changed under the statements of people who saw others."""
    notice = a_notice()
    first = await client.post("/notices", json=notice)
    again = await client.post("/notices", json=notice)
    assert first.json() == again.json()
    changed = await client.post("/notices", json=notice | {"text": "Yes, sell my address."})
    assert (changed.status_code, changed.json()["type"]) == (409, "/problems/notice-stands")
    connection = await asyncpg.connect(database_url)
    try:
        for statement in ("update notices set text = 'x'", "delete from notices", "truncate notices"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("change", "slug", "told"),
    [
        ({"notice": {"version": "2"}}, "unknown-notice", "versions are 1"),
        ({"notice": {"language": "fr"}}, "unknown-notice", "is there in en"),
        ({"purpose": "markting"}, "unknown-purpose", "Did you mean marketing?"),
        ({"channel": "sms"}, "notice-of-another-purpose", "marketing by email"),
        ({"purpose": "news"}, "notice-of-another-purpose", "marketing by email"),
    ],
)
async def test_what_does_not_exist_is_refused_with_what_is_near(
    client: httpx.AsyncClient, change: dict[str, Any], slug: str, told: str
) -> None:
    """Catches a grant for a purpose that nobody uses, and one that names words that nobody wrote."""
    notice = await stored(client)
    body = seen(notice, **change.pop("notice", {})) | change
    answer = await client.post("/consents", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}"), answer.text
    assert told in answer.json()["detail"]


async def test_a_withdrawal_for_a_misspelt_purpose_is_refused(client: httpx.AsyncClient) -> None:
    """Catches a withdrawal that answers 201 and stops nothing."""
    customer = new_id()
    await record(client, customer)
    body = {"customer": {"customer_id": str(customer)}, "purpose": "marketin"}
    answer = await client.post("/withdrawals", json=body)
    assert answer.status_code == 422
    assert "Did you mean marketing?" in answer.json()["detail"]


async def test_a_grant_without_wording_is_kept_and_permits_nothing(client: httpx.AsyncClient) -> None:
    """Catches old lists of addresses that become mailable because somebody loaded them."""
    customer = new_id()
    body = a_consent(customer, wording=None, wording_version=None)
    line = (await client.post("/consents", json=body)).json()
    assert (line["unproven"], line["effective"]) == (["wording"], False)
    assert await ask(client, customer) == "no-consent"
    shown = (await client.get(f"/customers/{customer}/consents")).json()
    assert [(now["permitted"], now["reason"]) for now in shown["current"]] == [(False, "unproven")]
    assert shown["history"][0]["unproven"] == ["wording"]
    await record(client, customer)
    assert await ask(client, customer) == "granted"


async def test_an_unproven_grant_lifts_no_refusal_and_ends_no_grant(client: httpx.AsyncClient) -> None:
    """Catches a list loaded late that brings back somebody who withdrew, or unproves somebody who consented."""
    refused, granted = new_id(), new_id()
    await record(client, refused)
    await record(client, refused, "withdrawn")
    await record(client, granted)
    for customer in (refused, granted):
        body = a_consent(customer, wording=None, wording_version=None)
        assert (await client.post("/consents", json=body)).status_code == 201
    assert [await ask(client, customer) for customer in (refused, granted)] == ["withdrawn", "granted"]


async def test_what_a_browser_records_is_no_grant(client: httpx.AsyncClient, settings: Settings) -> None:
    """Catches a stranger who reads a shop's key in its page and consents for everybody."""
    keys = json.loads(settings.api_keys_file.read_text())
    page = {"id": "page", "sha256": hash_key("page-key"), "scopes": ["privacy:write"], "trust": "browser"}
    settings.api_keys_file.write_text(json.dumps([*keys, page]))
    customer = new_id()
    answer = await client.post("/consents", json=a_consent(customer), headers={"Authorization": "Bearer page-key"})
    assert answer.status_code == 201
    assert answer.json()["unproven"] == ["confirmation"]
    assert await ask(client, customer) == "no-consent"
    shown = (await client.get(f"/customers/{customer}/consents")).json()["history"][0]
    assert shown["unproven"] == ["confirmation"]


async def test_soft_opt_in_holds_for_as_long_as_the_purpose_says(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches own customers who are written to for ever after one purchase."""
    name = f"wine-{new_id().hex[-8:]}"
    definition = {"bases": [{"basis": "consent"}, {"basis": "soft_opt_in", "days": 30}], "channels": ["email"]}
    assert (await client.put(f"/purposes/{name}", json=definition)).status_code == 200
    customer = new_id()
    sale = {"order": "A-1", "similar_goods": True, "objection_offered": True}
    line = await record(client, customer, purpose=name, basis="soft_opt_in", evidence=sale)
    assert line["expires_at"] is not None
    assert await ask(client, customer, purpose=name) == "granted"
    clock.advance(days=31)
    assert await ask(client, customer, purpose=name) == "expired"
    for change, slug in (({"basis": "contract"}, "basis-not-allowed"), ({"channel": "sms"}, "channel-not-offered")):
        answer = await client.post("/consents", json=a_consent(customer, purpose=name, **change))
        assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}")


async def test_an_archived_purpose_takes_refusals_only(client: httpx.AsyncClient) -> None:
    """Catches a purpose that was given up and goes on collecting, or that nobody can leave any more."""
    name = f"old-{new_id().hex[-8:]}"
    await client.put(f"/purposes/{name}", json={})
    customer = new_id()
    await record(client, customer, purpose=name)
    await client.put(f"/purposes/{name}", json={"archived": True})
    answer = await client.post("/consents", json=a_consent(customer, purpose=name))
    assert answer.json()["type"] == "/problems/purpose-archived"
    assert await ask(client, customer, purpose=name) == "granted"
    await record(client, customer, "withdrawn", purpose=name)
    assert await ask(client, customer, purpose=name) == "withdrawn"


async def test_built_in_purposes_stay(client: httpx.AsyncClient) -> None:
    """Catches an installation in which service mail needs consent, or marketing is gone."""
    for name, body in (("service", {}), ("marketing", {"archived": True})):
        answer = await client.put(f"/purposes/{name}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/purpose-built-in")
    names = [purpose["name"] for purpose in (await client.get("/purposes")).json()["items"] if purpose["built_in"]]
    assert names == ["marketing", "profiling", "service"]
    missing = await client.get("/purposes/servic")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/purpose-not-found")
    assert "service" in missing.json()["detail"]
    missing = await client.get(f"/notices/{new_id()}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/notice-not-found")


async def test_wordings_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    """Catches a page that shows a wording twice, or none."""
    name = f"paged-{new_id().hex[-8:]}"
    for version in "123":
        await stored(client, name=name, version=version)
    found: list[str] = []
    after = None
    while True:
        params: dict[str, str | int] = {"name": name, "limit": 2}
        if after:
            params["after"] = after
        page = (await client.get("/notices", params=params)).json()
        found += [notice["version"] for notice in page["items"]]
        if (after := page["next"]) is None:
            break
    assert found == ["3", "2", "1"]
