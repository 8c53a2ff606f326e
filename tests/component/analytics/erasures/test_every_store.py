"""An erasure reaches every table in which a customer's id stands."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.analytics import AnalyticsErasureDone
from tests.component.analytics.builders import an_erasure
from tests.component.analytics.world import World
from tests.stores import Stores

KEPT = {
    "tombstones": "so that nothing brings them back",
    "aliases": "of the version before; a trigger takes out what goes from merges (tests/upgrade/test_merges.py)",
}


async def test_whatever_table_names_an_erased_customer_names_them_no_more(world: World) -> None:
    """Catches a table that was added and is in no store, and a store that is emptied by one of its columns alone."""
    stores, customer = Stores(world.settings.database_url, KEPT), uuid4()
    assert await stores.unknown() == []
    filled = await stores.fill(customer)
    assert set(filled) >= {"list_members.customer_id", "merges.survivor", "scores.customer_id", "facts.customer_id"}
    assert set(await stores.found(customer)) == set(filled)

    await world.handle(an_erasure(customer, world.clock.now()))

    assert await stores.found(customer) == []
    (receipt,) = [event for event in await world.emitted(customer) if isinstance(event.data, AnalyticsErasureDone)]
    assert receipt.data.stores["list_members"] == 1
