"""The suppression list behind its door."""

from __future__ import annotations

import httpx

from shared.database.engine import Database
from shared.ids import new_id
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
