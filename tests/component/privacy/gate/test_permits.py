"""Permits: whom they are given to, and why not."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx

from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.addresses import an_email, own, retire, say, withdraw
from tests.component.privacy.scenes import address_of, ask, record
from tests.fakes import FixedClock


async def test_a_customer_nobody_asked_gets_service_messages_only(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches silence that counts as a yes."""
    customer = new_id()
    await own(database, customer, address_of(customer))
    assert await ask(client, customer) == "no-consent"
    assert await ask(client, customer, purpose="service") == "granted"


async def test_a_service_message_needs_an_address_that_more_than_a_page_has_named(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches mail from the firm to whatever address somebody typed into its shop: nobody was asked, nobody knows."""
    customer, email = new_id(), an_email()
    assert await ask(client, customer, address=email, purpose="service") == "address-unconfirmed"
    await own(database, customer, email, trust="browser")
    assert await ask(client, customer, address=email, purpose="service") == "address-unconfirmed"
    await own(database, customer, email)
    assert await ask(client, customer, address=email, purpose="service") == "granted"
    # Another customer's address is not theirs, however sure that is.
    assert await ask(client, new_id(), address=email, purpose="service") == "address-unconfirmed"
    # A phone is nobody's alone, and pages cannot name one.
    assert await ask(client, customer, channel="sms", address="+44 20 7946 0000", purpose="service") == "granted"


async def test_who_consented_by_an_address_gets_service_messages_there(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Catches a confirmed opt-in that counts for nothing, and one that ends with the newsletter: orders go on."""
    customer, email = new_id(), an_email()
    await own(database, customer, email, trust="browser")
    await say(client, {"customer_id": str(customer), "email": email})
    assert await ask(client, customer, address=email, purpose="service") == "granted"
    await withdraw(client, {"customer_id": str(customer)})
    assert await ask(client, customer, address=email, purpose="service") == "granted"
    # What proves nothing confirms nothing: a grant without its wording may come from any page.
    other, address = new_id(), an_email()
    await own(database, other, address, trust="browser")
    await say(client, {"customer_id": str(other), "email": address}, wording=None, wording_version=None)
    assert await ask(client, other, address=address, purpose="service") == "address-unconfirmed"
    # The next holder has confirmed nothing.
    await retire(database, customer, email)
    second = new_id()
    await own(database, second, email, trust="browser", generation=1)
    assert await ask(client, second, address=email, purpose="service") == "address-unconfirmed"
    await say(client, {"email": email})
    assert await ask(client, second, address=email, purpose="service") == "granted"


async def test_consent_holds_for_its_purpose_and_channel_only(client: httpx.AsyncClient) -> None:
    """Catches consent to one thing that is stretched to another."""
    customer = new_id()
    await record(client, customer)
    assert await ask(client, customer, purpose="news") == "no-consent"
    assert await ask(client, customer, channel="sms", address="+44 20 7946 0000") == "no-consent"


async def test_answers_come_in_the_order_of_the_questions(client: httpx.AsyncClient) -> None:
    """Catches a permit that is given to the wrong message, at the largest batch."""
    willing = {new_id() for _ in range(3)}
    for customer in willing:
        await record(client, customer)
    people = [new_id() for _ in range(497)] + sorted(willing)
    random.Random(1).shuffle(people)
    requests = [
        {
            "message_id": str(new_id()),
            "customer_id": str(person),
            "purpose": "marketing",
            "channel": "email",
            "address": f"{person.hex}@example.test",
        }
        for person in people
    ]
    results = (await client.post("/permits", json={"requests": requests})).json()["results"]
    assert [result["message_id"] for result in results] == [request["message_id"] for request in requests]
    assert {person for person, result in zip(people, results, strict=True) if result["granted"]} == willing
    too_many = await client.post("/permits", json={"requests": [*requests, requests[0]]})
    assert too_many.status_code == 422


async def test_expiry_counts_without_its_job(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a permit that depends on how soon a timer runs."""
    customer = new_id()
    await record(client, customer, expires_at=(clock.now() + timedelta(seconds=1)).isoformat())
    clock.advance(seconds=1)
    assert await ask(client, customer) == "expired"
