"""Permits: whom they are given to, and why not."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx

from shared.ids import new_id
from tests.component.privacy.scenes import ask, record
from tests.fakes import FixedClock


async def test_a_customer_nobody_asked_gets_service_messages_only(client: httpx.AsyncClient) -> None:
    """Catches silence that counts as a yes."""
    customer = new_id()
    assert await ask(client, customer) == "no-consent"
    assert await ask(client, customer, purpose="service") == "granted"


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
