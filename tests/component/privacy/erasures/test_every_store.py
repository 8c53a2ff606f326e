"""An erasure reaches every table in which a customer's id stands."""

from __future__ import annotations

import httpx

from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.erasures.steps import erase
from tests.stores import Stores

KEPT = {
    "standings": "the tombstone",
    "erasures": "the request itself, with its certificate",
    "requests": "that it was asked and answered, and when; the words go",
    "holds": "that it was held, and when; the reason goes",
    "merges": "what is heard later under another id of the person meets the tombstone by them",
    "erased_lines": "names lines that are gone",
    "permits.covers": "whoever was one with them once keeps the proof of what they were sent",
}
VALUES = {"identifier_owners": {"kind": "'email'", "trust": "'server'"}}


async def test_whatever_table_names_an_erased_customer_names_them_no_more(
    client: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    """Catches a table that was added and is in no store, and a store that is emptied by one of its columns alone."""
    stores, customer = Stores(database_url, KEPT, VALUES), new_id()
    assert await stores.unknown() == []
    filled = await stores.fill(customer)
    assert set(filled) >= {"permits.customer_id", "restriction_changes.customer_id", "heads.customer_id"}
    assert set(await stores.found(customer)) == set(filled)

    erasure = await erase(client, customer)

    assert await stores.found(customer) == []
    assert not any(erasure["receipts"][0]["remaining"].values())
