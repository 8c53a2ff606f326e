"""A message that only says who somebody is: told to customers once, and no interaction."""

from __future__ import annotations

import httpx

from shared.contracts.interactions import IdentityObserved
from tests.component.interactions.builders import a_contact, a_purchase, an_email, minutes_ago
from tests.component.interactions.conftest import DrivenWorker


async def test_who_somebody_is_stands_beside_what_happened(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch an identification that takes the place of its neighbours' rows in a batch, and one told again."""
    who = {"customer": {"email": an_email()}, "traits": {"city": "London"}}
    said = {"type": "identify", "message_id": f"who-{who['customer']}"[:100], "time": minutes_ago(1), **who}
    again = {**said, "message_id": f"{said['message_id'][:99]}2"}
    batch = [a_purchase(customer=who["customer"]), said, a_contact(customer=who["customer"]), again]
    answer = await api.post("/events/batch", json={"events": batch})
    assert answer.json()["accepted"] == len(batch)
    await worker.drain()
    customer = worker.customer_of(str(who["customer"]["email"]))
    assert await worker.count(customer) == 2
    told = [event.data for event in await worker.emitted(customer) if isinstance(event.data, IdentityObserved)]
    assert [observed.traits for observed in told] == [{}, {"city": "London"}]
