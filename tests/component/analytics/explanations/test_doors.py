"""Explanations over HTTP."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.analytics.builders import a_contact, a_purchase, bought
from tests.component.analytics.world import World


async def test_an_explanation_says_why_and_until_when(client: httpx.AsyncClient, world: World) -> None:
    """Catches an explanation that is not that of the engine."""
    who, at = uuid4(), world.clock.now()
    definition = {"all": [bought(), {"not": {"event": "contact", "agg": "count", "op": "gte", "value": 1}}]}
    id = await world.a_segment(definition)
    assert (await client.get(f"/segments/{id}/explain/{who}")).status_code == 404
    await world.handle(a_purchase(who, at))
    why = (await client.get(f"/segments/{id}/explain/{who}")).json()
    assert (why["inside"], why["changes_at"]) == (True, "2017-07-01T12:00:00Z")
    assert [child["holds"] for child in why["reason"]["children"]] == [True, True]
    await world.handle(a_contact(who, at))
    why = (await client.get(f"/segments/{id}/explain/{who}")).json()
    assert (why["inside"], why["changes_at"]) == (False, None)
    assert [child["decides"] for child in why["reason"]["children"]] == [False, True]
