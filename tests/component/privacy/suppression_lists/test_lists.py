"""Lists of hashed addresses that others gave, and our own list given out."""

from __future__ import annotations

from hashlib import sha256

import httpx
import pytest

from shared.ids import new_id
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.scenes import address_of, ask, record


def a_name() -> str:
    return f"list-{new_id().hex[-8:]}"


async def test_who_is_on_a_partner_s_list_gets_no_marketing_in_any_spelling(client: httpx.AsyncClient) -> None:
    """Catches a list that is brought in and stops nothing, and one that stops the receipt of an order."""
    customer, name = new_id(), a_name()
    await record(client, customer)
    assert await ask(client, customer) == "granted"
    listed = sha256(address_of(customer).encode()).hexdigest()
    path = f"/suppression-lists/{name}/entries"
    for added in (1, 0):
        answer = await client.post(path, json={"channel": "email", "digests": [listed]})
        assert answer.json() == {"added": added}
    assert await ask(client, customer) == "suppressed"
    assert await ask(client, customer, address=address_of(customer).upper()) == "suppressed"
    shown = {found["name"]: found["entries"] for found in (await client.get("/suppression-lists")).json()["items"]}
    assert shown[name] == 1
    assert (await client.delete(f"/suppression-lists/{name}")).json() == {"deleted": 1}
    assert await ask(client, customer) == "granted"
    missing = await client.delete(f"/suppression-lists/{name}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/suppression-list-not-found")


async def test_what_one_installation_gives_out_another_with_its_key_takes(client: httpx.AsyncClient) -> None:
    """Catches an export that cannot be brought in, and a list under another key that only looks as if it stopped."""
    customer = new_id()
    address = {"channel": "email", "address": address_of(customer)}
    assert (await client.post("/suppressions", json={"addresses": [address], "reason": "manual"})).status_code == 201
    entries, after, key = [], None, None
    while True:
        page = (
            await client.get("/suppressions/export", params={"limit": 3, **({"after": after} if after else {})})
        ).json()
        entries += page["items"]
        key, after = page["key_id"], page["next"]
        if after is None:
            break
    mine = [entry for entry in entries if entry["fingerprint"] == hash_of(address_of(customer))]
    assert [(entry["channel"], entry["reason"]) for entry in mine] == [("email", "manual")]
    assert len({(entry["fingerprint"], entry["channel"], entry["reason"]) for entry in entries}) == len(entries)
    other = new_id()
    await record(client, other)
    body = {"channel": "email", "algorithm": "keyed", "digests": [hash_of(address_of(other))]}
    path = f"/suppression-lists/{a_name()}/entries"
    refused = await client.post(path, json=body | {"key_id": "0" * 16})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/hashed-with-another-key")
    assert await ask(client, other) == "granted"
    assert (await client.post(path, json=body | {"key_id": key})).json() == {"added": 1}
    assert await ask(client, other) == "suppressed"


@pytest.mark.parametrize("digest", ["rosa@example.test", "AB" * 32, "ab" * 16, ""])
async def test_what_is_no_hash_is_refused(client: httpx.AsyncClient, digest: str) -> None:
    """Catches a list of addresses in the clear, and hashes in a spelling that matches nobody."""
    body = {"channel": "email", "digests": [digest]}
    assert (await client.post(f"/suppression-lists/{a_name()}/entries", json=body)).status_code == 422
