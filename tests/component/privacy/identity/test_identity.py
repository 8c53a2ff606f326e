"""Identifiers of a request, and the customer id that they derive."""

from __future__ import annotations

import httpx

from shared.contracts.customers import IdentifierRetired
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import customer_id_of, fingerprint
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import KEY
from tests.component.privacy.scenes import a_consent, an_event, handle
from tests.fakes import FixedClock


async def test_identifiers_name_the_same_customer_as_everywhere(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an id of privacy's own, and consent that an erased person's old address would bring back."""
    email = f"{new_id().hex}@example.test"
    identifier = Identifier(kind="email", value=email.upper())
    first = customer_id_of(KEY, identifier)
    body = a_consent(first, customer={"email": email.upper()})
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(first)
    retired = IdentifierRetired(fingerprint=fingerprint(KEY, "email", email), generation=1)
    await handle(database, an_event(retired, first, clock.now()))
    second = customer_id_of(KEY, identifier, 1)
    assert (await client.post("/consents", json=body)).json()["customer_id"] == str(second)
