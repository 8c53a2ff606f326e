"""What waits for a definition is published when there is one."""

from __future__ import annotations

from uuid import uuid4

import httpx

from shared.contracts.envelope import Origin
from tests.component.customers.builders import an_email, derived, observed, read
from tests.component.customers.conftest import World


async def test_odd_traits_are_kept_and_not_published_until_they_are_defined(
    api: httpx.AsyncClient, world: World
) -> None:
    email, trait = an_email(), f"shoe_{uuid4().hex[:8]}"
    customer = derived(world.settings, email)
    await world.deliver(world.event(observed(email, traits={trait: "44", "children": "lots"}), customer))
    body = await read(api, customer)
    assert body["attributes"] == {trait: "44"}
    assert [(claim["name"], claim["value"]) for claim in body["unfit"]] == [("children", "lots")]
    assert (await world.profiles(customer))[-1].attributes == {}

    definition = {"name": trait, "type": "integer", "purpose": "shoes that fit", "segmentable": True}
    assert (await api.post("/attributes", json=definition)).status_code == 201
    assert (await api.post("/attributes", json=definition)).status_code == 409
    await world.run_jobs()
    assert (await read(api, customer))["attributes"] == {trait: 44}
    event = (await world.emitted(customer))[-1]
    assert (event.data.attributes, event.data.changed, event.origin) == ({trait: 44}, [trait], Origin.BACKFILL)

    assert (await api.patch(f"/attributes/{trait}", json={"segmentable": False})).status_code == 200
    await world.run_jobs()
    assert (await world.profiles(customer))[-1].attributes == {}
