"""The suppression list behind its door."""

from __future__ import annotations

import httpx

from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.addresses import hash_of
from tests.component.privacy.scenes import ask, emitted, record


def an_address() -> str:
    return f"{new_id().hex}@example.test"


async def test_an_address_is_listed_checked_and_taken_off(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a list that forgets, that mixes up reasons, or that keeps an address in the clear."""
    customer, address = new_id(), an_address()
    await record(client, customer)
    entry = {"addresses": [{"channel": "email", "address": address.upper()}], "customer_id": str(customer)}
    for reason, changed in (("manual", 1), ("manual", 0), ("complained", 1)):
        answer = await client.post("/suppressions", json={**entry, "reason": reason})
        assert answer.json() == {"changed": changed}
    assert await ask(client, customer, address=address) == "suppressed"
    other = {"channel": "email", "address": an_address()}
    checks = {"addresses": [other, {"channel": "email", "address": address}]}
    items = (await client.post("/suppressions/checks", json=checks)).json()["items"]
    assert [item["suppressed"] for item in items] == [False, True]
    assert [entry["reason"] for entry in items[1]["entries"]] == ["complained", "manual"]
    await client.post("/suppressions/removals", json={**entry, "reason": "complained"})
    assert await ask(client, customer, address=address) == "suppressed"
    await client.post("/suppressions/removals", json=entry)
    assert await ask(client, customer, address=address) == "granted"
    published = [
        (event.data["reason"], event.data["active"])
        for event in await emitted(database, customer, "suppression_changed")
    ]
    assert published == [("manual", True), ("complained", True), ("lifted", False)]
    async with database.transaction() as tx:
        found = await tx.value("select count(*) from addresses where fingerprint like '%@%'")
    assert found == 0


async def test_who_was_erased_or_complained_is_taken_off_by_few_and_by_name(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches a key for recording consent that brings back who was erased, and a removal that nobody did."""
    address = an_address()
    listed = {"addresses": [{"channel": "email", "address": address}]}
    await client.post("/suppressions", json={**listed, "reason": "complained"})
    await client.post("/suppressions", json={**listed, "reason": "manual"})
    async with database.transaction() as tx:
        await suppress(tx, [(hash_of(address), "email")], SuppressionReason.ERASED, "erasure")
    writer = {"Authorization": "Bearer writer-key"}
    for reason in ("erased", "complained"):
        refused = await client.post("/suppressions/removals", json={**listed, "reason": reason}, headers=writer)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/protected-suppression")
        assert "privacy:admin" in refused.json()["cure"]
    assert (await client.post("/suppressions/removals", json=listed, headers=writer)).json() == {"changed": 1}
    assert await _reasons(client, address) == {"complained", "erased"}
    assert (await client.post("/suppressions/removals", json=listed)).json() == {"changed": 2}
    shown = (await client.post("/suppressions/checks", json=listed)).json()["items"][0]
    removed = {(removal["reason"], removal["removed_by"]) for removal in shown["removals"]}
    assert removed == {("manual", "writer"), ("complained", "officer"), ("erased", "officer")}
    assert shown["entries"] == []


async def _reasons(client: httpx.AsyncClient, address: str) -> set[str]:
    named = {"addresses": [{"channel": "email", "address": address}]}
    shown = (await client.post("/suppressions/checks", json=named)).json()["items"][0]
    return {entry["reason"] for entry in shown["entries"]}
