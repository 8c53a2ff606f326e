"""An erasure reaches every table in which a customer's id stands."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.customers import CustomersErasureDone
from shared.contracts.privacy import ErasureRequested
from tests.component.customers.conftest import World
from tests.stores import Stores

KEPT = {"tombstones": "so that nothing brings them back"}
VALUES = {
    "identifier_owners": {"kind": "'email'", "trust": "'server'"},
    "customers.customer_id": {"current_id": ":customer"},
    "customers.current_id": {"merged_into": ":customer", "merged_at": "now()"},
    # A pair stands under the smaller id.
    "duplicates.customer_id": {"other_id": "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
    "duplicates.other_id": {"customer_id": "'00000000-0000-0000-0000-000000000000'"},
    "customers.merged_into": {"current_id": ":customer", "merged_at": "now()"},
}


async def test_whatever_table_names_an_erased_customer_names_them_no_more(world: World) -> None:
    """Catches a table that was added and is in no store, and a store that is emptied by one of its columns alone."""
    stores, customer = Stores(world.settings.database_url, KEPT, VALUES), uuid4()
    assert await stores.unknown() == []
    filled = await stores.fill(customer)
    assert set(filled) >= {"merges.absorbed", "link_candidates.owner_id", "import_newcomers.customer_id"}
    assert set(await stores.found(customer)) == set(filled)

    await world.deliver(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))

    assert await stores.found(customer) == []
    (done,) = await world.emitted(customer, CustomersErasureDone)
    assert set(done.data.remaining.values()) == {0}
