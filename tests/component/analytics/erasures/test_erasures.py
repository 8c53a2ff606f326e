"""Erased customers."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.analytics import AnalyticsErasureDone
from tests.component.analytics.builders import (
    a_consent,
    a_profile,
    a_purchase,
    an_erasure,
    bought,
)
from tests.component.analytics.world import World


async def test_an_erasure_leaves_nothing_and_nothing_comes_back(world: World) -> None:
    """Catches a store that was forgotten, and an event that brings an erased person back."""
    at, who, alias = world.clock.now(), uuid4(), uuid4()
    buyers = await world.a_segment(bought())
    await world.handle(a_purchase(who, at), a_profile(who, at), a_consent(who, at), a_purchase(alias, at))
    erasure = an_erasure(who, at, aliases=[alias])
    await world.handle(erasure, a_purchase(who, at))
    (receipt,) = [event for event in await world.emitted(who) if isinstance(event.data, AnalyticsErasureDone)]
    assert receipt.data.request_id == erasure.data.request_id
    assert sum(receipt.data.stores.values()) > 6
    assert set(receipt.data.remaining.values()) == {0}
    await world.idle()
    assert await world.members(buyers) == set()
    for table in ("facts", "profiles", "consents", "states", "membership_history"):
        assert await world.count(table) == 0, table
