"""A message that only says who somebody is: told to customers once, and no interaction."""

from __future__ import annotations

import httpx

from shared.contracts.interactions import IdentityObserved
from tests.component.interactions.builders import a_contact, a_purchase, an_email, minutes_ago
from tests.component.interactions.conftest import DrivenWorker


async def test_who_somebody_is_stands_beside_what_happened(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch an identification that takes the place of its neighbours' rows in a batch, and one told again."""
    email = an_email()
    who, traits = {"email": email}, {"city": "London"}
    said = {"type": "identify", "message_id": email, "time": minutes_ago(1), "customer": who, "traits": traits}
    again = {**said, "message_id": f"{email}-again"}
    batch = [a_purchase(customer=who), said, a_contact(customer=who), again]
    answer = await api.post("/events/batch", json={"events": batch})
    assert answer.json()["accepted"] == len(batch)
    await worker.drain()
    customer = worker.customer_of(email)
    assert await worker.count(customer) == 2
    told = [event.data for event in await worker.emitted(customer) if isinstance(event.data, IdentityObserved)]
    assert [observed.traits for observed in told] == [{}, {"city": "London"}]
