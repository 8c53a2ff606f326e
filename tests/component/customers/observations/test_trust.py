"""What a browser's key may say of somebody: it opens a customer, and changes nothing of one that is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.interactions import IdentityObserved
from tests.component.customers.builders import Body, a_purchase, an_email, created, derived, observed, read
from tests.component.customers.conftest import World, as_


def a_card() -> Body:
    return {"kind": "card", "value": uuid4().hex}


async def the_card(api: httpx.AsyncClient, customer: UUID | str) -> dict[str, Any]:
    """What campaigns would write to."""
    answer = await api.post("/cards", json={"customer_ids": [str(customer)]}, headers=as_("sender"))
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    return {name: card[name] for name in ("email", "phone", "name", "language")}


def said_by_a_browser(*identifiers: Body, **traits: Any) -> IdentityObserved:
    return observed(*identifiers, traits=traits, publisher="page", trust="browser")


async def test_a_browsers_word_changes_no_contact_card(api: httpx.AsyncClient, world: World) -> None:
    """Catches a public key that puts its own address and name on somebody else's card: the mail went there."""
    card, email, phone = a_card(), an_email(), {"kind": "phone", "value": "+44 20 7946 0002"}
    victim = await created(api, identifiers=[card, email, phone], attributes={"given_name": "Vera"})
    before = await the_card(api, victim["customer_id"])
    other = {"kind": "phone", "value": "+44 20 7946 0003"}
    fact = said_by_a_browser(card, an_email(), other, first_name="Mallory", email="m@evil.test", locale="xx")
    await world.deliver(world.event(fact, derived(world.settings, card)), again=True)
    assert await the_card(api, victim["customer_id"]) == before
    body = await read(api, victim["customer_id"])
    assert len(body["identifiers"]) == 3
    assert {(heard["name"], heard["value"]) for heard in body["hearsay"]} == {
        ("given_name", "Mallory"),
        ("language", "xx"),
    }
    assert (body["name"], len(await world.profiles(victim["customer_id"]))) == ("Vera", 1)


async def test_a_browsers_first_word_of_somebody_opens_a_customer(api: httpx.AsyncClient, world: World) -> None:
    """Catches a shop with nothing but a script in its pages that knows nobody's name and address."""
    account, email = {"kind": "external_id", "source": "web", "value": uuid4().hex}, an_email()
    customer = derived(world.settings, account)
    # The purchase may be handled first, by another consumer: it says nothing of who somebody is.
    await world.deliver(world.event(a_purchase(), customer))
    fact = said_by_a_browser(account, email, {"kind": "phone", "value": "+44 20 7946 0004"}, first_name="Ada")
    await world.deliver(world.event(fact, customer))
    assert await the_card(api, customer) == {
        "email": email["value"],
        "phone": "+44 20 7946 0004",
        "name": "Ada",
        "language": None,
    }
    held = (await read(api, customer))["identifiers"]
    assert {(one["kind"], one["trust"], one["verified"]) for one in held} == {
        (kind, "browser", False) for kind in ("external_id", "email", "phone")
    }


async def test_a_browser_may_say_the_first_address_and_no_second(api: httpx.AsyncClient, world: World) -> None:
    """Catches a customer of a till who can never leave an address in the shop, and one whose address is replaced."""
    card, first, second = a_card(), an_email(), an_email()
    customer = await created(api, identifiers=[card])
    for email in (first, second):
        await world.deliver(world.event(said_by_a_browser(card, email), derived(world.settings, card)))
    emails = [
        held["value"] for held in (await read(api, customer["customer_id"]))["identifiers"] if held["kind"] == "email"
    ]
    assert emails == [first["value"]]


async def test_in_one_batch_too_only_the_first_address_counts(api: httpx.AsyncClient, world: World) -> None:
    """Catches events that are judged by what was known before their batch alone."""
    card, first, second = a_card(), an_email(), an_email()
    customer = derived(world.settings, card)
    facts = [said_by_a_browser(card, email, first_name=email["value"]) for email in (first, second)]
    await world.deliver(*(world.event(fact, customer) for fact in facts))
    assert (await the_card(api, customer))["email"] == first["value"]
    assert (await the_card(api, customer))["name"] == first["value"]


async def test_a_browser_joins_no_names(api: httpx.AsyncClient, world: World) -> None:
    """Catches a loyalty card that a page ties to an account of its own, before its holder ever used it."""
    account, card = {"kind": "external_id", "source": "web", "value": uuid4().hex}, a_card()
    await world.deliver(world.event(said_by_a_browser(account, card), derived(world.settings, account)))
    holder = derived(world.settings, card)
    await world.deliver(world.event(observed(card, traits={"first_name": "Vera"}), holder))
    assert (await read(api, holder))["customer_id"] == str(holder)
    assert (await the_card(api, derived(world.settings, account)))["name"] is None
    # Now that somebody has the card, the two are shown to whoever may decide.
    (candidate,) = await candidates(api, derived(world.settings, account))
    assert (candidate["owner_id"], candidate["kind"], candidate["trust"]) == (str(holder), "card", "browser")


async def test_a_server_wins_over_hearsay_of_any_time(api: httpx.AsyncClient, world: World) -> None:
    """Catches a name that a page stated first, with a time ahead of everybody's, and that no till can correct."""
    email = an_email()
    customer = derived(world.settings, email)
    ahead = world.clock.now() + timedelta(minutes=4)
    await world.deliver(world.event(said_by_a_browser(email, first_name="Mallory"), customer, at=ahead))
    await world.deliver(world.event(observed(email, traits={"first_name": "Ada"}), customer))
    assert (await the_card(api, customer))["name"] == "Ada"
    await world.deliver(world.event(said_by_a_browser(email, first_name="Mallory"), customer, at=ahead))
    assert (await the_card(api, customer))["name"] == "Ada"


async def test_a_servers_word_makes_a_candidate_of_hearsay_sure(api: httpx.AsyncClient, world: World) -> None:
    """Catches a pair that is shown as a stranger's idea when a till has said the same."""
    email, card = an_email(), a_card()
    await created(api, identifiers=[email, a_card()])
    customer = derived(world.settings, card)
    for fact in (said_by_a_browser(card, email), observed(card, email)):
        await world.deliver(world.event(fact, customer))
    (candidate,) = await candidates(api, customer)
    assert candidate["trust"] == "server"


async def test_hearsay_is_erased_and_expires_like_the_rest(api: httpx.AsyncClient, world: World) -> None:
    """Catches a store of personal data that retention passes over."""
    name = f"size_{uuid4().hex[:8]}"
    definition = {"name": name, "label": "Size", "type": "text", "applies_to": "person", "purpose": "fit"}
    answer = await api.post("/attributes", json={**definition, "personal": True, "retention_days": 30})
    assert answer.status_code in (200, 201), answer.text
    body = await created(api)
    email = {"kind": "email", "value": body["identifiers"][0]["value"]}
    await world.deliver(world.event(said_by_a_browser(email, **{name: "XL"}), derived(world.settings, email)))
    assert [heard["name"] for heard in (await read(api, body["customer_id"]))["hearsay"]] == [name]
    world.clock.advance(hours=31 * 24)
    await world.run_jobs()
    assert (await read(api, body["customer_id"]))["hearsay"] == []


async def candidates(api: httpx.AsyncClient, customer: UUID) -> list[dict[str, Any]]:
    found = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    return [candidate for candidate in found if candidate["customer_id"] == str(customer)]
