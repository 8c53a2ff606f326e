"""An erasure reaches every table in which a customer's id stands."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.privacy import ErasureRequested
from tests.component.campaigns.world import World
from tests.stores import Stores

KEPT = {"tombstones": "so that nothing brings them back", "erasures": "what was asked, and when it was done"}
# Whoever waits is refused first; this is about rows that stay and are counted.
VALUES = {"messages": {"state": "'handed_over'"}}


async def test_whatever_table_names_an_erased_customer_names_them_no_more(world: World) -> None:
    """Catches a table that was added and is in no store, and a store that is emptied by one of its columns alone."""
    stores, customer = Stores(world.settings.database_url, KEPT, VALUES), uuid4()
    assert await stores.unknown() == []
    filled = await stores.fill(customer)
    assert set(filled) >= {"merges.absorbed", "merges.survivor", "heard_unsent.customer_id", "responses.customer_id"}
    assert set(await stores.found(customer)) == set(filled)

    await world.handle(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))

    assert await stores.found(customer) == []
    (receipt,) = await world.emitted(customer, CampaignsErasureDone)
    assert {name for name, count in receipt.stores.items() if not count} == {"dead_letters"}
