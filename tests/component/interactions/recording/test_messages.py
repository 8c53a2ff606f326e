"""Messages become rows and events: each under its customer, and each customer described once."""

from __future__ import annotations

from uuid import uuid4

import httpx

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
from tests.component.interactions.conftest import OPERATOR, DrivenWorker, as_


async def test_every_type_is_recorded_and_emitted(worker: DrivenWorker) -> None:
    """Would catch a type that one of the steps forgets. The return comes before any purchase."""
    email = an_email()
    who = {"email": email}
    campaign = str(uuid4())
    await worker.send_message(a_return(customer=who))
    await worker.send_message(a_contact(customer=who, data={"note": "wants a refund", "topic": "quality"}))
    await worker.send_message(
        {
            **a_response(customer=who),
            "type": "exposure",
            "data": {"channel": "post", "campaign_id": campaign, "message_id": str(uuid4())},
        }
    )
    await worker.send_message(a_response(customer=who, data={"campaign_id": campaign}))
    await worker.drain()
    emitted = await worker.emitted(worker.customer_of(email))
    kinds = {type(event.data).__name__ for event in emitted}
    assert kinds == {
        "ReturnRecorded",
        "ContactRecorded",
        "ExposureRecorded",
        "ResponseRecorded",
        "IdentityObserved",
    }
    assert next(event.data for event in emitted if isinstance(event.data, ReturnRecorded)).amount == 450
    contact = next(event for event in emitted if isinstance(event.data, ContactRecorded))
    assert b"refund" not in contact.to_bytes()  # free text stays in the owner's database
    assert next(event.data for event in emitted if isinstance(event.data, ResponseRecorded)).kind == "clicked"


async def test_customers_is_told_once_about_one_address(worker: DrivenWorker) -> None:
    """Would catch an identity event for every purchase, and a changed trait that is swallowed, also back to the old."""
    who = {"email": an_email(), "phone": "+49 30 123456"}
    for traits in ({"city": "Kiel"}, {"city": "Kiel"}, {}, {"city": "Bonn"}, {"city": "Kiel"}):
        await worker.send_message(a_purchase(customer=who, traits=traits))
        await worker.drain()
    observed = await worker.emitted(worker.customer_of(who["email"]), IdentityObserved)
    assert [event.data.traits for event in observed] == [{"city": "Kiel"}, {"city": "Bonn"}, {"city": "Kiel"}]
    first = observed[0].data
    assert [identifier.kind for identifier in first.identifiers] == ["email", "phone"]
    assert first.derived_from == Identifier(kind="email", value=who["email"])


async def test_a_given_customer_id_is_taken_as_it_is(worker: DrivenWorker) -> None:
    """Would catch an id that is derived again although the publisher named it, and news about nobody."""
    customer = uuid4()
    await worker.send_message(a_purchase(customer={"customer_id": str(customer)}))
    await worker.drain()
    assert [type(event.data) for event in await worker.emitted(customer)] == [PurchaseRecorded]


async def test_precedence_decides_who_it_is(worker: DrivenWorker) -> None:
    """Would catch an id derived from the e-mail although a storefront's own id came with it."""
    ref = {"external_id": {"source": "shop", "id": uuid4().hex}, "email": an_email()}
    await worker.send_message(a_purchase(customer=ref))
    await worker.drain()
    key = worker.settings.installation_key.get_secret_value()
    external = CustomerRef.model_validate(ref).external_id
    assert external is not None
    shop = customer_id_of(key, Identifier(kind="external_id", value=external.id, source="shop"))
    assert await worker.count(shop) == 1
    assert await worker.count(worker.customer_of(str(ref["email"]))) == 0


async def test_what_is_older_than_a_day_is_history(worker: DrivenWorker) -> None:
    """Would catch an import that triggers campaigns."""
    old, marked, fresh = an_email(), an_email(), an_email()
    await worker.send_message(a_purchase(customer={"email": old}, time=minutes_ago(24 * 60 + 5)))
    await worker.send_message(a_purchase(customer={"email": marked}, origin="history"))
    await worker.send_message(a_purchase(customer={"email": fresh}, time=minutes_ago(23 * 60)))
    await worker.drain()
    for email, origin in ((old, "history"), (marked, "history"), (fresh, "live")):
        emitted = await worker.emitted(worker.customer_of(email))
        assert {event.origin.value for event in emitted} == {origin}


async def test_foreign_money_is_valued_by_the_rate_of_its_day_or_kept_unvalued(
    api: httpx.AsyncClient, worker: DrivenWorker
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
        await worker.send_message(a_purchase(customer={"email": email}, time=time, data=data))
        await worker.drain()
        (event,) = await worker.emitted(worker.customer_of(email), PurchaseRecorded)
        assert (event.data.amount, event.data.base_amount) == (amount, base), currency


async def test_an_event_of_any_year_finds_its_partition(worker: DrivenWorker) -> None:
    """Would catch a missing month, and the delay of a whole batch by it."""
    email = an_email()
    times = ("1931-05-01T00:00:00Z", "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2017-12-31T23:30:00-02:00")
    for time in times:
        await worker.send_message(a_purchase(customer={"email": email}, time=time))
    await worker.drain()
    assert await worker.count(worker.customer_of(email)) == len(times)


async def test_two_publishers_may_use_the_same_message_id(worker: DrivenWorker) -> None:
    """Would catch a guard that forgets the publisher and drops the second one's purchase."""
    body = a_purchase()
    await worker.send_message(body, publisher="till-1")
    await worker.send_message(body, publisher="till-2")
    await worker.drain()
    assert await worker.count(worker.customer_of(body["customer"]["email"])) == 2
