"""An erasure reaches every table in which a customer's id stands."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.privacy import ErasureRequested
from tests.component.interactions.builders import a_purchase, an_email, an_event
from tests.component.interactions.conftest import DrivenWorker
from tests.stores import Stores

KEPT = {"tombstones": "so that nothing brings them back"}
VALUES = {"identifier_owners": {"kind": "'email'", "trust": "'server'"}}


async def test_whatever_table_names_an_erased_customer_names_them_no_more(worker: DrivenWorker) -> None:
    """Catches a table that was added and is in no store, and a store that is emptied by one of its columns alone."""
    # The month's partition is made by what is recorded.
    await worker.send_message(a_purchase(customer={"email": an_email()}))
    await worker.drain()
    stores, customer = Stores(worker.settings.database_url, KEPT, VALUES), uuid4()
    assert await stores.unknown() == []
    filled = await stores.fill(customer)
    assert set(filled) >= {"interactions.customer_id", "merges.absorbed", "told_marks.customer_id"}
    assert set(await stores.found(customer)) == set(filled)

    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))

    assert await stores.found(customer) == []
