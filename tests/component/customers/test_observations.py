"""What publishers say of somebody, through the batch consumer with records as they lie on the topics."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx

from shared.contracts.envelope import Origin
from shared.events.processor import BatchProcessor
from tests.component.customers.builders import Body, a_purchase, an_email, created, derived, merged, observed, read
from tests.component.customers.conftest import World


async def test_an_unknown_name_opens_a_prospect_with_its_traits(api: httpx.AsyncClient, world: World) -> None:
    email, phone = an_email(), {"kind": "phone", "value": "+44 20 7946 0000"}
    customer = derived(world.settings, email)
    said = observed(email, phone, traits={"first_name": "Ada", "city": "Bath", "children": "2"}, publisher="shop")
    event = world.event(said, customer, origin=Origin.HISTORY)
    await world.deliver(event)
    body = await read(api, customer)
    assert (body["status"], body["source"], body["name"]) == ("prospect", "shop", "Ada")
    assert {(one["kind"], one["verified"]) for one in body["identifiers"]} == {("email", False), ("phone", False)}
    (said_on,) = await world.emitted(customer)
    assert said_on.data.attributes == {"city": "Bath", "children": 2}
    assert (said_on.origin, said_on.cause) == (Origin.HISTORY, event.id)


async def test_a_second_delivery_changes_nothing(api: httpx.AsyncClient, world: World) -> None:
    email = an_email()
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, traits={"city": "Bath"}), customer), again=True)
    # Another event that says the same is no news either.
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


async def test_odd_traits_are_kept_and_do_not_travel_until_they_are_defined(
    api: httpx.AsyncClient, world: World
) -> None:
    email, trait = an_email(), f"shoe_{uuid4().hex[:8]}"
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, traits={trait: "44", "children": "lots"}), customer))
    body = await read(api, customer)
    assert body["attributes"] == {trait: "44"}
    assert [(one["name"], one["value"]) for one in body["unfit"]] == [("children", "lots")]
    assert (await world.profiles(customer))[-1].attributes == {}

    definition = {"name": trait, "type": "integer", "purpose": "shoes that fit", "segmentable": True}
    assert (await api.post("/attributes", json=definition)).status_code == 201
    assert (await api.post("/attributes", json=definition)).status_code == 409
    await world.run_jobs()
    assert (await read(api, customer))["attributes"] == {trait: 44}
    told = (await world.emitted(customer))[-1]
    assert (told.data.attributes, told.data.changed, told.origin) == ({trait: 44}, [trait], Origin.BACKFILL)

    assert (await api.patch(f"/attributes/{trait}", json={"segmentable": False})).status_code == 200
    await world.run_jobs()
    assert (await world.profiles(customer))[-1].attributes == {}


async def test_a_value_is_kept_as_long_as_its_definition_says_and_no_longer(
    api: httpx.AsyncClient, world: World
) -> None:
    name, email, marker = f"own_{uuid4().hex[:8]}", an_email(), uuid4().hex
    definition = {"name": name, "type": "text", "purpose": "taste", "segmentable": True, "retention_days": 30}
    assert (await api.post("/attributes", json=definition)).status_code == 201
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, traits={name: marker, "city": "Bath"}), customer))
    young = await created(api, attributes={name: "young"})
    world.clock.advance(days=29)
    await world.run_jobs()
    assert (await read(api, customer))["attributes"][name] == marker
    await api.patch(f"/customers/{young['customer_id']}", json={"attributes": {name: "new"}}, headers={"If-Match": "*"})

    world.clock.advance(days=2)
    await world.run_jobs()
    assert (await read(api, customer))["attributes"] == {"city": "Bath"}
    assert (await world.profiles(customer))[-1].changed == [name]
    assert (await read(api, young["customer_id"]))["attributes"][name] == "new"
    history = (await api.get(f"/customers/{customer}/history")).json()["items"]
    assert marker not in str(history)
    assert history[0]["by"] == "retention"


async def test_poison_goes_to_the_dead_letters_and_costs_its_neighbours_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    good = [an_email() for _ in range(2)]
    bad = an_email()
    events = [
        world.event(observed(email, traits={"city": city}), derived(world.settings, email))
        for email, city in ((good[0], "Bath"), (bad, "Ba\x00th"), (good[1], "York"))
    ]
    subscription = world.subscription_of(events[0])
    await BatchProcessor(world.database, subscription).process([world.record(one) for one in events])
    for email, city in zip(good, ("Bath", "York"), strict=True):
        assert (await read(api, derived(world.settings, email)))["attributes"]["city"] == city
    buried = "with gone as (delete from dead_letters where event_id = :id returning value) select value from gone"
    assert await world.value(buried, id=events[1].id) == events[1].to_bytes()


async def test_definitions_that_cannot_work_are_refused(api: httpx.AsyncClient) -> None:
    good = {"name": f"own_{uuid4().hex[:8]}", "type": "choice", "purpose": "taste", "allowed": ["red", "green"]}
    faults: list[Body] = [
        {"allowed": []},
        {"type": "integer"},
        {"name": "status"},
        {"name": "No!"},
        {"purpose": ""},
        {"retention_days": 0},
        {"type": "blob"},
    ]
    for fault in faults:
        assert (await api.post("/attributes", json=good | fault)).status_code == 422, fault
    assert (await api.post("/attributes", json=good | {"name": "city"})).status_code == 409
    assert (await api.patch("/attributes/city", json={"segmentable": False})).status_code == 422
    assert (await api.get("/attributes/none_such")).status_code == 404
    assert (await api.post("/attributes", json=good)).status_code == 201
    names = {one["name"]: one for one in (await api.get("/attributes")).json()["items"]}
    assert names[good["name"]]["built_in"] is False
    assert names["birth_date"]["segmentable"] is True


async def test_an_identifier_of_somebody_else_is_not_stolen_but_makes_a_candidate(
    api: httpx.AsyncClient, world: World
) -> None:
    email, card = an_email(), {"kind": "card", "value": uuid4().hex}
    owner = await created(api, identifiers=[email])
    customer = derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer), again=True)
    assert [one["kind"] for one in (await read(api, customer))["identifiers"]] == ["card"]
    (candidate,) = await _candidates(api, str(customer))
    assert candidate["owner_id"] == owner["customer_id"]

    path = f"/link-candidates/{candidate['candidate_id']}"
    answer = await api.post(f"{path}/accept")
    assert answer.status_code == 200, answer.text
    assert (await read(api, customer))["customer_id"] == owner["customer_id"]
    assert await _candidates(api, str(customer)) == []
    assert (await api.post(f"{path}/dismiss")).status_code == 409


async def test_a_dismissed_candidate_does_not_come_back(api: httpx.AsyncClient, world: World) -> None:
    email, card = an_email(), {"kind": "card", "value": uuid4().hex}
    await created(api, identifiers=[email])
    customer = derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer))
    (candidate,) = await _candidates(api, str(customer))
    assert (await api.post(f"/link-candidates/{candidate['candidate_id']}/dismiss")).status_code == 204
    await world.deliver(world.event(observed(card, email), customer))
    assert await _candidates(api, str(customer)) == []


async def test_of_two_who_claim_a_name_in_one_batch_the_first_gets_it(api: httpx.AsyncClient, world: World) -> None:
    shared, cards = an_email(), [{"kind": "card", "value": uuid4().hex} for _ in range(2)]
    first, second = (derived(world.settings, card) for card in cards)
    await world.deliver(*(world.event(observed(card, shared), derived(world.settings, card)) for card in cards))
    assert {one["kind"] for one in (await read(api, first))["identifiers"]} == {"card", "email"}
    assert {one["kind"] for one in (await read(api, second))["identifiers"]} == {"card"}


async def test_what_is_said_of_an_alias_reaches_the_survivor(api: httpx.AsyncClient, world: World) -> None:
    survivor, absorbed = await created(api), await created(api, attributes={"children": 1})
    await merged(api, survivor, absorbed)
    world.clock.advance(minutes=1)
    said = observed({"kind": "email", "value": absorbed["identifiers"][0]["value"]}, traits={"children": 2})
    await world.deliver(world.event(said, absorbed["customer_id"]))
    told = (await world.emitted(survivor["customer_id"]))[-1]
    assert told.data.attributes["children"] == 2


async def test_a_purchase_makes_a_prospect_active_once(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    events = [world.event(a_purchase(), body["customer_id"], at=world.clock.now() - timedelta(days=n)) for n in (9, 3)]
    await world.deliver(*events, again=True)
    await world.deliver(world.event(a_purchase(), body["customer_id"]))
    assert (await read(api, body["customer_id"]))["status"] == "active"
    assert [one.changed for one in (await world.profiles(body["customer_id"]))[1:]] == [["status"]]


async def test_a_purchase_that_arrives_before_the_name_opens_the_customer(api: httpx.AsyncClient, world: World) -> None:
    email = an_email()
    customer = derived(world.settings, email)
    await world.deliver(world.event(a_purchase(), customer, origin=Origin.HISTORY))
    assert [one.status for one in await world.profiles(customer)] == ["active"]
    await world.deliver(world.event(observed(email, publisher="till"), customer, origin=Origin.HISTORY))
    body = await read(api, customer)
    assert (body["status"], body["source"], len(body["identifiers"])) == ("active", "till", 1)


async def test_a_lost_customer_comes_back_by_a_later_purchase_only_and_a_blocked_one_never(
    api: httpx.AsyncClient, world: World
) -> None:
    lost, blocked = await created(api, status="lost"), await created(api, status="blocked")
    before = world.clock.now() - timedelta(days=1)
    await world.deliver(*(world.event(a_purchase(), one["customer_id"], at=before) for one in (lost, blocked)))
    assert (await read(api, lost["customer_id"]))["status"] == "lost"
    world.clock.advance(minutes=1)
    await world.deliver(*(world.event(a_purchase(), one["customer_id"]) for one in (lost, blocked)))
    assert (await read(api, lost["customer_id"]))["status"] == "active"
    assert (await read(api, blocked["customer_id"]))["status"] == "blocked"


async def _candidates(api: httpx.AsyncClient, customer_id: str) -> list[dict[str, str]]:
    found = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    return [one for one in found if one["customer_id"] == customer_id]
