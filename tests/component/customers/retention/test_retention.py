"""Values are deleted when their days are over."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.customers.builders import an_email, created, derived, observed, read
from tests.component.customers.conftest import World


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
