"""Customers observed with an identifier of somebody else wait for a decision."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.customers.builders import an_email, created, derived, observed, read
from tests.component.customers.conftest import World


async def test_an_identifier_of_somebody_else_is_not_stolen_but_makes_a_candidate(
    api: httpx.AsyncClient, world: World
) -> None:
    email, card = an_email(), {"kind": "card", "value": uuid4().hex}
    owner = await created(api, identifiers=[email])
    customer = derived(world.settings, card)
    await world.deliver(world.event(observed(card, email), customer), again=True)
    assert [held["kind"] for held in (await read(api, customer))["identifiers"]] == ["card"]
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


async def _candidates(api: httpx.AsyncClient, customer_id: str) -> list[dict[str, str]]:
    found = (await api.get("/link-candidates", params={"limit": 500})).json()["items"]
    return [candidate for candidate in found if candidate["customer_id"] == customer_id]
