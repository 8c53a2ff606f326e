"""SQL beside a stream that lives: no false alarm about what waits, no silence about what is lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.analytics.reconciliation.service import Report, reconcile
from services.analytics.segments.service.programs import Programs
from tests.component.analytics.builders import a_merge, a_profile, a_purchase, bought
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def compared(world: World) -> Report:
    """Everybody, compared by somebody who knows nothing yet."""
    return await reconcile(world.database, Programs(), None)


async def test_a_segment_made_after_a_merge_counts_what_the_merged_customer_did(world: World) -> None:
    """Catches a back-fill that reads the facts of the survivor's own id alone."""
    at, survivor, absorbed = world.clock.now(), uuid4(), uuid4()
    await world.handle(a_purchase(survivor, at), a_purchase(absorbed, at))
    await world.handle(a_merge(survivor, absorbed, at, uuid4()))
    await world.idle()
    segment = await world.a_segment(bought(2))
    assert await world.members(segment) == {survivor}
    assert (await compared(world)).mismatches == 0


async def test_a_wake_up_that_waits_is_no_mismatch_and_a_lost_one_is(world: World) -> None:
    """Catches an alarm for every lapse that a worker has not come to yet, and silence about one that never comes."""
    at, first, other = world.clock.now(), uuid4(), uuid4()
    await world.a_segment(bought())
    await world.handle(a_purchase(first, at), a_purchase(other, at))
    world.clock.set(at + 31 * DAY)  # the workers are away: both should have left
    assert (await compared(world)).mismatches == 0
    async with world.database.transaction() as tx:
        await tx.execute("update states set wake = null where customer_id = :id", {"id": first})
    found = await compared(world)
    assert [example["customer_id"] for example in found.examples] == [str(first)]


async def test_a_fact_that_the_stream_did_not_count_is_found(world: World) -> None:
    """Catches a comparison of the stream with itself."""
    at, who = world.clock.now(), uuid4()
    await world.a_segment(bought(2))
    await world.handle(a_purchase(who, at), a_profile(who, at))
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into facts (customer_id, time, event_id, line, event, recorded_at)"
            " values (:who, :at, gen_random_uuid(), 0, 'purchase', :at)",
            {"who": who, "at": at},
        )
    found = await compared(world)
    assert found.mismatches == 1
    assert found.examples[0]["streamed"] == []
    assert len(found.examples[0]["facts"]) == 1
