"""From the HTTP door to rows and events: both doors are one, and each message is recorded once."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx

from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Origin
from shared.contracts.interactions import (
    Identifier,
    PurchaseRecorded,
)
from shared.customers.identifiers import customer_id_of, fingerprint, normalise
from tests.component.interactions.builders import (
    a_contact,
    a_line,
    a_purchase,
    an_email,
    an_event,
)
from tests.component.interactions.conftest import DrivenWorker


async def test_a_purchase_over_http_becomes_a_row_and_an_event(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a 202 that leads to nothing, and amounts that are not the sum of the lines."""
    body = a_purchase(data={"lines": [a_line(amount=450), a_line(amount=50, discount=5)], "store": "7"})
    answer = await api.post("/events", json=body)
    assert answer.status_code == 202, answer.text
    customer = UUID(answer.json()["customer_id"])
    assert customer == worker.customer_of(body["customer"]["email"])
    await worker.drain()
    (event,) = await worker.emitted(customer, PurchaseRecorded)
    assert event.data.amount == event.data.base_amount == 500
    assert [line.discount for line in event.data.lines] == [0, 5]
    assert event.origin == Origin.LIVE
    assert event.data.store == "7"
    row = await worker.value("select amount from interactions where id = :id", id=event.data.interaction_id)
    assert row == 500


async def test_both_doors_lead_to_one_customer(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch an identity that depends on the door or on the spelling of an address."""
    email = an_email()
    await api.post("/events", json=a_purchase(customer={"email": email}))
    await worker.send_message(a_contact(customer={"email": email.upper()}))
    await worker.drain()
    assert await worker.count(worker.customer_of(email)) == 2


async def test_a_second_delivery_changes_nothing(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a missing guard: repeats in one batch, in a later one, over the other door."""
    body = a_purchase()
    for _ in range(3):
        assert (await api.post("/events", json=body)).status_code == 202
    await worker.drain()
    await api.post("/events", json=body)
    await worker.send_message(body, publisher="writer")
    await worker.drain()
    customer = worker.customer_of(body["customer"]["email"])
    assert await worker.count(customer) == 1
    assert len(await worker.emitted(customer)) == 2  # the purchase, and who it was


async def test_the_idempotency_key_stands_in_for_the_message_id(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a retry of a client without message ids being recorded twice."""
    body = a_purchase()
    del body["message_id"]
    for _ in range(2):
        answer = await api.post("/events", json=body, headers={"Idempotency-Key": "retry-1" + body["time"]})
        assert answer.json()["message_id"].startswith("retry-1")
    await worker.drain()
    assert await worker.count(worker.customer_of(body["customer"]["email"])) == 1


async def test_the_trace_of_a_request_goes_on_in_its_event(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a trace that ends at the broker, and one event's trace on the next."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    traced, other = a_purchase(), a_purchase()
    await api.post("/events", json=traced, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    await api.post("/events", json=other)
    await worker.drain()
    events = await worker.emitted(worker.customer_of(traced["customer"]["email"]))
    assert events
    assert all(trace in str(event.traceparent) for event in events)
    assert all(
        trace not in str(event.traceparent)
        for event in await worker.emitted(worker.customer_of(other["customer"]["email"]))
    )


async def test_the_door_learns_of_retired_identifiers(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch answers that name the erased customer for ever."""
    from services.interactions.ingest.service.publishing import publisher_of

    key = worker.settings.installation_key.get_secret_value()
    email = an_email()
    mark = fingerprint(key, "email", normalise("email", email))
    await worker.deliver(an_event(IdentifierRetired(fingerprint=mark, generation=1), uuid4()))
    publisher = publisher_of(api._transport.app.state.context.extras)  # type: ignore[attr-defined]
    await publisher.refresh()
    answer = await api.post("/events", json=a_purchase(customer={"email": email}))
    assert UUID(answer.json()["customer_id"]) == customer_id_of(key, Identifier(kind="email", value=email), 1)
