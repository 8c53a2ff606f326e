"""Identifiers of a request, and the customer id that they derive."""

from __future__ import annotations

import httpx

from shared.contracts.customers import IdentifierFreed, IdentifierOwned, IdentifierRetired
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import customer_id_of, fingerprints_of
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import a_consent, an_event, handle
from tests.fakes import FixedClock


async def test_identifiers_name_the_same_customer_as_everywhere(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an id of privacy's own, and consent that an erased person's old account would bring back."""
    account = {"source": "shop", "id": new_id().hex}
    identifier = Identifier(kind="external_id", value=account["id"], source="shop")
    first = customer_id_of(KEY, identifier)
    body = a_consent(first, customer={"external_id": account})
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(first)
    (hashed,) = fingerprints_of(KEY, identifier)
    await handle(database, an_event(IdentifierRetired(fingerprint=hashed, generation=1), first, clock.now()))
    second = customer_id_of(KEY, identifier, 1)
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(second)
    owner = new_id()
    owned = IdentifierOwned(fingerprint=hashed, kind="external_id", generation=1, trust="server")
    await handle(database, an_event(owned, owner, clock.now()))
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(owner)
    freed = IdentifierFreed(fingerprint=hashed, generation=1)
    await handle(database, an_event(freed, owner, clock.now()))
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(second)
