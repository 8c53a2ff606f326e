"""What publishers tell of somebody, through the batch consumer with records as they lie on the topics."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx

from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Origin
from shared.events.processor import BatchProcessor
from tests.component.customers.builders import an_email, created, derived, linked, observed, read
from tests.component.customers.conftest import World


async def test_an_unknown_name_opens_a_prospect_with_its_traits(api: httpx.AsyncClient, world: World) -> None:
    email, phone = an_email(), {"kind": "phone", "value": "+44 20 7946 0000"}
    customer = derived(world.settings, email)
    fact = observed(email, phone, traits={"first_name": "Ada", "city": "Bath", "children": "2"}, publisher="shop")
    event = world.event(fact, customer, origin=Origin.HISTORY)
    await world.deliver(event)
    body = await read(api, customer)
    assert (body["status"], body["source"], body["name"]) == ("prospect", "shop", "Ada")
    assert {(held["kind"], held["verified"]) for held in body["identifiers"]} == {("email", False), ("phone", False)}
    (emitted,) = await world.emitted(customer, ProfileChanged)
    assert emitted.data.attributes == {"city": "Bath", "children": 2}
    assert (emitted.origin, emitted.cause) == (Origin.HISTORY, event.id)


async def test_a_second_delivery_changes_nothing(api: httpx.AsyncClient, world: World) -> None:
    email = an_email()
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, traits={"city": "Bath"}), customer), again=True)
    # Another event that states the same changes nothing either.
    await world.deliver(world.event(observed(email, traits={"city": "Bath"}), customer))
    assert len(await world.profiles(customer)) == 1
    assert (await read(api, customer))["version"] == 1


async def test_late_events_do_not_overwrite_newer_values_within_and_across_batches(
    api: httpx.AsyncClient, world: World
) -> None:
    email, now = an_email(), world.clock.now()
    customer = derived(world.settings, email)
    cities = [("York", 2), ("Leeds", 0), ("Bath", 1)]
    events = [
        world.event(observed(email, traits={"city": city}), customer, at=now - timedelta(days=day))
        for city, day in cities
    ]
    await world.deliver(*events)
    assert len(await world.profiles(customer)) == 1
    await world.deliver(world.event(observed(email, traits={"city": "Hull"}), customer, at=now - timedelta(hours=1)))
    assert (await read(api, customer))["attributes"]["city"] == "Leeds"
    assert len(await world.profiles(customer)) == 1


async def test_a_value_set_by_hand_wins_over_an_older_event_and_loses_to_a_newer_one(
    api: httpx.AsyncClient, world: World
) -> None:
    email, now = an_email(), world.clock.now()
    customer = derived(world.settings, email)
    ahead = now + timedelta(minutes=4)
    await world.deliver(world.event(observed(email, traits={"city": "Bath"}), customer, at=ahead))
    path = f"/customers/{customer}"
    answer = await api.patch(path, json={"attributes": {"city": "York"}}, headers={"If-Match": "*"})
    assert answer.json()["attributes"]["city"] == "York"
    await world.deliver(world.event(observed(email, traits={"city": "Hull"}), customer, at=now))
    assert (await read(api, customer))["attributes"]["city"] == "York"
    await world.deliver(world.event(observed(email, traits={"city": "Ely"}), customer, at=ahead + timedelta(seconds=1)))
    assert (await read(api, customer))["attributes"]["city"] == "Ely"


async def test_poison_goes_to_the_dead_letters_and_costs_the_others_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    good = [an_email() for _ in range(2)]
    bad = an_email()
    events = [
        world.event(observed(email, traits={"city": city}), derived(world.settings, email))
        for email, city in ((good[0], "Bath"), (bad, "Ba\x00th"), (good[1], "York"))
    ]
    subscription = world.subscription_of(events[0])
    await BatchProcessor(world.database, subscription).process([world.record(event) for event in events])
    for email, city in zip(good, ("Bath", "York"), strict=True):
        assert (await read(api, derived(world.settings, email)))["attributes"]["city"] == city
    taken = "with gone as (delete from dead_letters where event_id = :id returning value) select value from gone"
    assert await world.value(taken, id=events[1].id) == events[1].to_bytes()


async def test_of_two_who_claim_a_name_in_one_batch_the_first_gets_it(api: httpx.AsyncClient, world: World) -> None:
    shared, cards = an_email(), [{"kind": "card", "value": uuid4().hex} for _ in range(2)]
    first, second = (derived(world.settings, card) for card in cards)
    await world.deliver(*(world.event(observed(card, shared), derived(world.settings, card)) for card in cards))
    assert {held["kind"] for held in (await read(api, first))["identifiers"]} == {"card", "email"}
    assert {held["kind"] for held in (await read(api, second))["identifiers"]} == {"card"}


async def test_what_is_observed_of_an_alias_reaches_the_survivor(api: httpx.AsyncClient, world: World) -> None:
    survivor, absorbed = await created(api), await created(api, attributes={"children": 1})
    await linked(world, survivor, absorbed)
    world.clock.advance(minutes=1)
    fact = observed({"kind": "email", "value": absorbed["identifiers"][0]["value"]}, traits={"children": 2})
    await world.deliver(world.event(fact, absorbed["customer_id"]))
    event = (await world.emitted(survivor["customer_id"]))[-1]
    assert event.data.attributes["children"] == 2


async def test_a_late_event_does_not_bring_a_removed_identifier_back(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    held = body["identifiers"][0]
    email = {"kind": "email", "value": held["value"]}
    path = f"/customers/{body['customer_id']}/identifiers/{held['identifier_id']}"
    assert (await api.delete(path)).status_code == 200
    await world.deliver(world.event(observed(email, generation=0), derived(world.settings, email)))
    assert (await read(api, body["customer_id"]))["identifiers"] == []
    again = await created(api, identifiers=[email])
    assert again["customer_id"] == str(derived(world.settings, email, generation=1))
