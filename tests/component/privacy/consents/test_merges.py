"""Consent over the ids of a merged customer."""

from __future__ import annotations

from uuid import UUID

import httpx

from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.scenes import an_event, ask, handle, record
from tests.fakes import FixedClock


async def test_a_merge_restricts_and_its_undoing_sets_free(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a merge that turns a no into a yes, and one that cannot be undone."""
    survivor, absorbed, merge = new_id(), new_id(), new_id()
    await record(client, survivor)
    await record(client, absorbed, "withdrawn")
    assert await ask(client, survivor) == "granted"
    pair = {"merge_id": merge, "survivor": survivor, "absorbed": absorbed}
    await handle(database, *(an_event(CustomersMerged(**pair), key, clock.now()) for key in (survivor, absorbed)))
    assert await ask(client, survivor) == "withdrawn"
    assert await ask(client, absorbed) == "withdrawn"
    await handle(database, an_event(MergeUndone(**pair), survivor, clock.now()))
    assert await ask(client, survivor) == "granted"
    # The other key's merge arrives late: it must not bring the alias back.
    await handle(database, an_event(CustomersMerged(**pair), absorbed, clock.now()))
    assert await ask(client, survivor) == "granted"


async def test_a_yes_after_the_merge_counts(client: httpx.AsyncClient, database: Database, clock: FixedClock) -> None:
    """Catches a customer who can never come back, over a chain of merges."""
    ids: list[UUID] = [new_id() for _ in range(3)]
    await record(client, ids[0], "withdrawn")
    for absorbed, survivor in ((ids[0], ids[1]), (ids[1], ids[2])):
        merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
        await handle(database, an_event(merged, survivor, clock.now()))
    clock.advance(seconds=1)
    await record(client, ids[0])
    assert await ask(client, ids[0]) == "granted"
    await record(client, ids[1], "withdrawn")
    await record(client, ids[0])
    assert await ask(client, ids[2]) == "withdrawn"
    await record(client, ids[2])
    assert {await ask(client, customer) for customer in ids} == {"granted"}
    shown = (await client.get(f"/customers/{ids[0]}/consents")).json()
    assert shown["customer_id"] == str(ids[2])
    assert len(shown["history"]) == 5
