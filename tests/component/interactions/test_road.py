"""One road from both doors to rows and events: each message once, each customer told about once."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx

from shared.contracts.envelope import Origin
from shared.contracts.inbound import CustomerRef
from shared.contracts.interactions import (
    ContactRecorded,
    Identifier,
    IdentityObserved,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)
from shared.customers.identifiers import customer_id_of
from tests.component.interactions.builders import (
    a_contact,
    a_line,
    a_purchase,
    a_response,
    a_return,
    an_email,
    minutes_ago,
)
from tests.component.interactions.conftest import OPERATOR, Road, as_


def _id_of(road: Road, email: str) -> UUID:
    key = road.settings.installation_key.get_secret_value()
    return customer_id_of(key, Identifier(kind="email", value=email))


async def _rows(road: Road, customer: UUID) -> int:
    return int(await road.value("select count(*) from interactions where customer_id = :id", id=customer))


async def test_a_purchase_over_http_becomes_a_row_and_an_event(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a 202 that leads to nothing, and amounts that are not the sum of the lines."""
    body = a_purchase(data={"lines": [a_line(amount=450), a_line(amount=50, discount=5)], "store": "7"})
    answer = await api.post("/events", json=body)
    assert answer.status_code == 202, answer.text
    customer = UUID(answer.json()["customer_id"])
    assert customer == _id_of(road, body["customer"]["email"])
    await road.drain()
    (event,) = await road.said(customer, PurchaseRecorded)
    assert event.data.amount == event.data.base_amount == 500
    assert [line.discount for line in event.data.lines] == [0, 5]
    assert event.origin == Origin.LIVE
    assert event.data.store == "7"
    row = await road.value("select amount from interactions where id = :id", id=event.data.interaction_id)
    assert row == 500


async def test_both_doors_lead_to_one_customer(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch an identity that depends on the door or on the spelling of an address."""
    email = an_email()
    await api.post("/events", json=a_purchase(customer={"email": email}))
    await road.send_message(a_contact(customer={"email": email.upper()}))
    await road.drain()
    assert await _rows(road, _id_of(road, email)) == 2


async def test_a_second_delivery_changes_nothing(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a missing guard: repeats in one batch, in a later one, over the other door."""
    body = a_purchase()
    for _ in range(3):
        assert (await api.post("/events", json=body)).status_code == 202
    await road.drain()
    await api.post("/events", json=body)
    await road.send_message(body, publisher="writer")
    await road.drain()
    customer = _id_of(road, body["customer"]["email"])
    assert await _rows(road, customer) == 1
    assert len(await road.said(customer)) == 2  # the purchase, and who it was


async def test_two_publishers_may_use_the_same_message_id(road: Road) -> None:
    """Would catch a guard that forgets the publisher and drops the second one's purchase."""
    body = a_purchase()
    await road.send_message(body, publisher="till-1")
    await road.send_message(body, publisher="till-2")
    await road.drain()
    assert await _rows(road, _id_of(road, body["customer"]["email"])) == 2


async def test_the_idempotency_key_stands_in_for_the_message_id(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a retry of a client without message ids being recorded twice."""
    body = a_purchase()
    del body["message_id"]
    for _ in range(2):
        answer = await api.post("/events", json=body, headers={"Idempotency-Key": "retry-1" + body["time"]})
        assert answer.json()["message_id"].startswith("retry-1")
    await road.drain()
    assert await _rows(road, _id_of(road, body["customer"]["email"])) == 1


async def test_every_type_is_recorded_and_said(road: Road) -> None:
    """Would catch a type that one of the steps forgets. The return comes before any purchase."""
    email = an_email()
    who = {"email": email}
    campaign = str(uuid4())
    await road.send_message(a_return(customer=who))
    await road.send_message(a_contact(customer=who, data={"note": "wants a refund", "topic": "quality"}))
    await road.send_message(
        {
            **a_response(customer=who),
            "type": "exposure",
            "data": {"channel": "post", "campaign_id": campaign, "message_id": str(uuid4())},
        }
    )
    await road.send_message(a_response(customer=who, data={"campaign_id": campaign}))
    await road.drain()
    said = await road.said(_id_of(road, email))
    kinds = {type(one.data).__name__ for one in said}
    assert kinds == {
        "ReturnRecorded",
        "ContactRecorded",
        "ExposureRecorded",
        "ResponseRecorded",
        "IdentityObserved",
    }
    assert next(one.data for one in said if isinstance(one.data, ReturnRecorded)).amount == 450
    contact = next(one for one in said if isinstance(one.data, ContactRecorded))
    assert b"refund" not in contact.to_bytes()  # free text stays in the owner's database
    assert next(one.data for one in said if isinstance(one.data, ResponseRecorded)).kind == "clicked"


async def test_customers_is_told_once_about_one_address(road: Road) -> None:
    """Would catch an identity event for every purchase, and a changed trait that is swallowed, also back to the old."""
    who = {"email": an_email(), "phone": "+49 30 123456"}
    for traits in ({"city": "Kiel"}, {"city": "Kiel"}, {}, {"city": "Bonn"}, {"city": "Kiel"}):
        await road.send_message(a_purchase(customer=who, traits=traits))
        await road.drain()
    told = await road.said(_id_of(road, who["email"]), IdentityObserved)
    assert [one.data.traits for one in told] == [{"city": "Kiel"}, {"city": "Bonn"}, {"city": "Kiel"}]
    first = told[0].data
    assert [one.kind for one in first.identifiers] == ["email", "phone"]
    assert first.derived_from == Identifier(kind="email", value=who["email"])


async def test_a_given_customer_id_is_taken_as_it_is(road: Road) -> None:
    """Would catch an id that is derived again although the publisher named it, and news about nobody."""
    customer = uuid4()
    await road.send_message(a_purchase(customer={"customer_id": str(customer)}))
    await road.drain()
    assert [type(one.data) for one in await road.said(customer)] == [PurchaseRecorded]


async def test_precedence_decides_who_it_is(road: Road) -> None:
    """Would catch an id derived from the e-mail although a storefront's own id came with it."""
    ref = {"external_id": {"source": "shop", "id": uuid4().hex}, "email": an_email()}
    await road.send_message(a_purchase(customer=ref))
    await road.drain()
    key = road.settings.installation_key.get_secret_value()
    external = CustomerRef.model_validate(ref).external_id
    assert external is not None
    shop = customer_id_of(key, Identifier(kind="external_id", value=external.id, source="shop"))
    assert await _rows(road, shop) == 1
    assert await _rows(road, _id_of(road, str(ref["email"]))) == 0


async def test_what_is_older_than_a_day_is_history(road: Road) -> None:
    """Would catch an import that triggers campaigns."""
    old, marked, fresh = an_email(), an_email(), an_email()
    await road.send_message(a_purchase(customer={"email": old}, time=minutes_ago(24 * 60 + 5)))
    await road.send_message(a_purchase(customer={"email": marked}, origin="history"))
    await road.send_message(a_purchase(customer={"email": fresh}, time=minutes_ago(23 * 60)))
    await road.drain()
    for email, origin in ((old, "history"), (marked, "history"), (fresh, "live")):
        said = await road.said(_id_of(road, email))
        assert {one.origin.value for one in said} == {origin}


async def test_foreign_money_is_valued_by_the_rate_of_its_day_or_kept_unvalued(
    api: httpx.AsyncClient, road: Road
) -> None:
    """Would catch floats, a wrong number of decimal places, stale rates and a lost event without a rate."""
    rates = [
        {"currency": "JPY", "day": "2020-03-02", "rate": "0.0091"},
        {"currency": "KWD", "day": "2020-03-02", "rate": "3.2505"},
    ]
    answer = await api.put("/rates", json={"rates": rates}, headers=as_(OPERATOR))
    assert answer.status_code == 200, answer.text
    expected = [
        ("JPY", "2020-03-02T12:00:00Z", 12_345, 11_234),  # 12,345 yen = 112.3395 USD
        ("KWD", "2020-03-05T12:00:00Z", 1_000, 325),  # one dinar, three days later
        ("JPY", "2020-03-20T12:00:00Z", 100, None),  # the rate is too old
        ("EUR", "2020-03-02T12:00:00Z", 100, None),  # there is none
    ]
    for currency, time, amount, base in expected:
        email = an_email()
        data = {"currency": currency, "lines": [a_line(amount=amount)]}
        await road.send_message(a_purchase(customer={"email": email}, time=time, data=data))
        await road.drain()
        (event,) = await road.said(_id_of(road, email), PurchaseRecorded)
        assert (event.data.amount, event.data.base_amount) == (amount, base), currency


async def test_an_event_of_any_year_finds_its_partition(road: Road) -> None:
    """Would catch a missing month, and the delay of a whole batch by it."""
    email = an_email()
    times = ("1931-05-01T00:00:00Z", "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2017-12-31T23:30:00-02:00")
    for time in times:
        await road.send_message(a_purchase(customer={"email": email}, time=time))
    await road.drain()
    assert await _rows(road, _id_of(road, email)) == len(times)


async def test_the_trace_of_a_request_goes_on_in_its_event(api: httpx.AsyncClient, road: Road) -> None:
    """Would catch a trace that ends at the broker, and one event's trace on its neighbour."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    mine, other = a_purchase(), a_purchase()
    await api.post("/events", json=mine, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    await api.post("/events", json=other)
    await road.drain()
    traced = await road.said(_id_of(road, mine["customer"]["email"]))
    assert traced
    assert all(trace in str(one.traceparent) for one in traced)
    assert all(trace not in str(one.traceparent) for one in await road.said(_id_of(road, other["customer"]["email"])))
