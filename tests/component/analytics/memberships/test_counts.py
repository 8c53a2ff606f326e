"""Kept member counts: what `GET /segments` answers without reading memberships."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import httpx

from services.analytics.memberships.repository import counts
from services.analytics.reconciliation.service import reconcile
from services.analytics.segments.repository import segments
from services.analytics.segments.service import definitions
from services.analytics.segments.service.programs import Programs
from tests.component.analytics.builders import a_merge, a_purchase, an_erasure, bought
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def kept(world: World, id: UUID) -> int:
    """The kept count, which must be that of the rows."""
    async with world.database.transaction() as tx:
        found = (await segments.counts(tx, [id]))[id]
    assert found == len(await world.members(id))
    return found


async def test_counts_follow_whatever_changes_memberships(world: World) -> None:
    """Catches a way in or out that forgets the count: events, time, merges and their undoing, erasures, back-fills."""
    at, first, second, third = world.clock.now(), uuid4(), uuid4(), uuid4()
    await world.handle(*(a_purchase(who, at) for who in (first, second, third)))
    once, twice = await world.a_segment(bought()), await world.a_segment(bought(2))
    assert (await kept(world, once), await kept(world, twice)) == (3, 0)
    await world.handle(a_purchase(first, at + DAY), a_purchase(second, at + DAY))
    assert (await kept(world, once), await kept(world, twice)) == (3, 2)
    world.clock.set(at + DAY)
    await world.handle(a_merge(first, second, at + DAY, uuid4()))
    await world.idle()
    assert (await kept(world, once), await kept(world, twice)) == (2, 1)
    await world.handle(an_erasure(third, at + DAY))
    assert await kept(world, once) == 1
    async with world.database.transaction() as tx:
        await definitions.change_segment(tx, twice, None, None, bought(5), "tests", None)
    await world.idle()
    assert await kept(world, twice) == 0
    await world.pass_time(at + 40 * DAY)
    assert await kept(world, once) == 0
    async with world.database.transaction() as tx:
        await counts.fold(tx)
        total = await tx.value("select coalesce(sum(members), 0) from segment_counts")
    assert total == await world.count("memberships")


async def test_what_is_rolled_back_is_not_counted(world: World) -> None:
    """Catches counts that are kept beside the transaction."""
    id = await world.a_segment(bought())
    try:
        async with world.database.transaction() as tx:
            await tx.execute("insert into memberships values (:who, :id, 1, now())", {"who": uuid4(), "id": id})
            raise RuntimeError
    except RuntimeError:
        pass
    assert await kept(world, id) == 0


async def test_counts_of_connections_that_are_gone_are_added_up(world: World) -> None:
    """Catches rows that gather for ever, and a fold that loses some."""
    at, who = world.clock.now(), uuid4()
    await world.handle(a_purchase(who, at))
    id = await world.a_segment(bought())
    async with world.database.transaction() as tx:
        await tx.execute(
            "update segment_counts set writer = 2000000000 where writer <> 0 and segment_id = :id", {"id": id}
        )
        await counts.fold(tx)
        rows = await tx.rows("select writer, members from segment_counts where segment_id = :id", {"id": id})
    assert [(row["writer"], row["members"]) for row in rows] == [(0, 1)]
    assert await kept(world, id) == 1


async def test_a_page_of_segments_shows_the_kept_count_and_the_night_puts_it_right(
    world: World, client: httpx.AsyncClient
) -> None:
    """Catches a page that counts rows, and a wrong count that nobody ever finds."""
    at = world.clock.now()
    await world.handle(a_purchase(uuid4(), at), a_purchase(uuid4(), at))
    id = await world.a_segment(bought())
    async with world.database.transaction() as tx:
        await tx.execute("insert into segment_counts values (:id, 1, 0, 40)", {"id": id})
    shown = (await client.get("/segments")).json()["items"]
    assert [(segment["id"], segment["members"]) for segment in shown] == [(str(id), 42)]
    assert (await client.get(f"/segments/{id}")).json()["members"] == 42
    report = await reconcile(world.database, Programs(), None)
    assert (report.counts, report.mismatches) == (1, 0)
    assert await kept(world, id) == 2
    assert (await reconcile(world.database, Programs(), None)).counts == 0
