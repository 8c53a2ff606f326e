"""What somebody can do who reads a key in the firm's page: it has the scope to record consent, and is everybody's."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from services.privacy.config import Settings
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from tests.component.privacy.addresses import an_email, own, say
from tests.component.privacy.scenes import a_consent, ask, record


@pytest.fixture
def page(settings: Settings) -> dict[str, str]:
    """The headers of whoever has read the page."""
    keys = json.loads(settings.api_keys_file.read_text())
    page = {"id": "page", "sha256": hash_key("page-key"), "scopes": ["privacy:write"], "trust": "browser"}
    settings.api_keys_file.write_text(json.dumps([*keys, page]))
    return {"Authorization": "Bearer page-key"}


async def test_no_file_of_a_strangers_gives_anybodys_consent(client: httpx.AsyncClient, page: dict[str, str]) -> None:
    """Catches consent that a stranger makes up for everybody, with a wording and a file that never were."""
    customer = new_id()
    item = {**a_consent(customer, occurred_at="2017-01-01T00:00:00Z"), "consent_id": str(new_id())}
    batch = {"import_id": str(new_id()), "items": [item]}
    answer = await client.post("/imported-consents/batch", json=batch, headers=page)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-for-pages")
    assert await ask(client, customer) == "no-consent"
    annulled = {"items": [{"consent_id": item["consent_id"], "customer_id": str(customer)}]}
    assert (await client.post("/imported-consents/annulments", json=annulled, headers=page)).status_code == 403


async def test_nobody_is_put_on_a_list_or_taken_off_it_by_a_page(
    client: httpx.AsyncClient, page: dict[str, str]
) -> None:
    """Catches a stranger who shuts a whole audience out, receipts too, or who lets dead and unwilling addresses in."""
    customer, other = new_id(), new_id()
    await record(client, customer)
    listed = {"addresses": [{"channel": "email", "address": f"{customer.hex}@example.test"}]}
    assert (await client.post("/suppressions", json=listed, headers=page)).status_code == 403
    assert await ask(client, customer) == "granted"
    await client.post("/suppressions", json=listed)
    assert (await client.post("/suppressions/removals", json=listed, headers=page)).status_code == 403
    assert await ask(client, customer) == "suppressed"
    await record(client, other)
    await client.put(f"/customers/{other}/restriction", json={"restricted": True})
    lifted = await client.put(f"/customers/{other}/restriction", json={"restricted": False}, headers=page)
    assert lifted.status_code == 403
    assert await ask(client, other) == "restricted"


async def test_a_page_is_not_told_who_is_known_nor_what_they_said(
    client: httpx.AsyncClient, database: Database, page: dict[str, str]
) -> None:
    """Catches a public key by which anybody asks whether an address is a customer's, and what it consented to."""
    email, stranger, customer = an_email(), an_email(), new_id()
    await own(database, customer, email)
    await say(client, {"email": email})
    answers: list[dict[str, Any]] = []
    for address in (email, stranger):
        body = {**a_consent(new_id()), "customer": {"email": address}}
        one = await client.post("/consents", json=body, headers=page)
        many = await client.post("/consents/batch", json={"items": [body]}, headers=page)
        told = [one.json(), many.json()["items"][0]["recorded"]]
        for line in told:
            del line["consent_id"], line["occurred_at"], line["recorded_at"]
        gone = await client.post("/withdrawals", json={"customer": {"email": address}}, headers=page)
        answers.append({"lines": told, "withdrawn": gone.json()})
    assert answers[0] == answers[1]
    assert answers[0]["withdrawn"] == {"withdrawn": []}
    assert await ask(client, customer, address=email) == "withdrawn"
