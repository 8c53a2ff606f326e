"""Stream against facts: the nightly comparison finds nothing, and finds what is planted."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.analytics.reconciliation.service import reconcile
from services.analytics.segments.service.programs import Programs
from tests.component.analytics.builders import a_contact, a_merge, a_profile, a_purchase, bought
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def test_what_was_streamed_is_what_the_facts_say(world: World) -> None:
    """Catches a comparison that cries wolf: late events, merges and lapsed windows are no mismatch."""
    at, people = world.clock.now(), [uuid4() for _ in range(12)]
    await world.a_segment(bought(2))
    await world.a_segment({"all": [bought(), {"not": {"event": "contact", "agg": "count", "op": "gte", "value": 1}}]})
    await world.a_segment({"attr": "sex", "op": "eq", "value": "male"})
    for number, who in enumerate(people):
        await world.handle(a_purchase(who, at, time=at - number * 3 * DAY), a_purchase(who, at), a_profile(who, at))
        if number % 2:
            await world.handle(a_contact(who, at))
    await world.handle(a_merge(people[0], people[1], at, uuid4()))
    await world.pass_time(at + 20 * DAY)
    report = await reconcile(world.database, Programs(), None)
    assert (report.customers, report.mismatches) == (11, 0)
    sampled = await reconcile(world.database, Programs(), 5)
    assert sampled.mismatches == 0


async def test_a_planted_fault_is_found_and_mended(world: World) -> None:
    """Catches a comparison that sees nothing."""
    at, first, other = world.clock.now(), uuid4(), uuid4()
    buyers = await world.a_segment(bought())
    await world.handle(a_purchase(first, at), a_purchase(other, at))
    async with world.database.transaction() as tx:
        await tx.execute("delete from facts where customer_id = :id", {"id": first})
        await tx.execute("delete from memberships where customer_id = :id", {"id": other})
    report = await reconcile(world.database, Programs(), None, repair=True)
    assert report.mismatches == 2
    assert {example["customer_id"] for example in report.examples} == {str(first), str(other)}
    await world.idle()
    assert await world.members(buyers) == {other}
    assert (await reconcile(world.database, Programs(), None)).mismatches == 0
