"""Who buys is active, through the batch consumer with records as they lie on the topic."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx

from shared.contracts.envelope import Origin
from shared.customers.tombstones import add_tombstones
from tests.component.customers.builders import a_purchase, an_email, created, derived, observed, read
from tests.component.customers.conftest import World


async def test_a_purchase_makes_a_prospect_active_once(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    events = [world.event(a_purchase(), body["customer_id"], at=world.clock.now() - timedelta(days=n)) for n in (9, 3)]
    await world.deliver(*events, again=True)
    await world.deliver(world.event(a_purchase(), body["customer_id"]))
    assert (await read(api, body["customer_id"]))["status"] == "active"
    assert [profile.changed for profile in (await world.profiles(body["customer_id"]))[1:]] == [["status"]]


async def test_a_purchase_that_arrives_before_the_name_opens_the_customer(api: httpx.AsyncClient, world: World) -> None:
    email = an_email()
    customer = derived(world.settings, email)
    await world.deliver(world.event(a_purchase(), customer, origin=Origin.HISTORY))
    assert [profile.status for profile in await world.profiles(customer)] == ["active"]
    await world.deliver(world.event(observed(email, publisher="till"), customer, origin=Origin.HISTORY))
    body = await read(api, customer)
    assert (body["status"], body["source"], len(body["identifiers"])) == ("active", "till", 1)


async def test_a_lost_customer_comes_back_by_a_later_purchase_only_and_a_blocked_one_never(
    api: httpx.AsyncClient, world: World
) -> None:
    lost, blocked = await created(api, status="lost"), await created(api, status="blocked")
    before = world.clock.now() - timedelta(days=1)
    buyers = [lost["customer_id"], blocked["customer_id"]]
    await world.deliver(*(world.event(a_purchase(), buyer, at=before) for buyer in buyers))
    assert (await read(api, lost["customer_id"]))["status"] == "lost"
    world.clock.advance(minutes=1)
    await world.deliver(*(world.event(a_purchase(), buyer) for buyer in buyers))
    assert (await read(api, lost["customer_id"]))["status"] == "active"
    assert (await read(api, blocked["customer_id"]))["status"] == "blocked"


async def test_a_purchase_of_somebody_erased_opens_nobody(api: httpx.AsyncClient, world: World) -> None:
    customer = uuid4()
    async with world.database.transaction() as tx:
        await add_tombstones(tx, uuid4(), [customer])
    await world.deliver(world.event(a_purchase(), customer))
    assert (await api.get(f"/customers/{customer}")).status_code == 410
    assert await world.profiles(customer) == []
