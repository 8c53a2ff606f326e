"""Segments over scores: who is in follows each fit, and a first fit triggers nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.analytics.capabilities import lane_steps
from services.analytics.reconciliation.service import reconcile
from services.analytics.scores.service.following import Following
from services.analytics.segments.service.programs import Programs
from shared.contracts.analytics import MembershipsChanged
from tests.component.analytics.builders import a_consent, a_merge, a_purchase
from tests.component.analytics.scores.test_scoring import fitted
from tests.component.analytics.world import World

DAY = timedelta(days=1)
LATELY: dict[str, Any] = {"score": "r", "op": "gte", "value": 4}
SPENDERS: dict[str, Any] = {"score": "spend_percentile", "op": "gt", "value": 80}


async def five_who_bought(world: World) -> list[UUID]:
    """The first bought 90 days ago for 10.00, the next 80 for 20.00 …, the last 50 for 50.00."""
    ids = [uuid4() for _ in range(5)]
    await world.handle(
        *(
            a_purchase(id, world.clock.now() - (90 - 10 * place) * DAY, amount=1000 * (place + 1))
            for place, id in enumerate(ids)
        )
    )
    return ids


async def told(world: World, segment: UUID) -> list[tuple[str, UUID, str, str]]:
    """(entered | left, customer, by, origin) as emitted."""
    found = []
    for event in await world.emitted():
        if isinstance(event.data, MembershipsChanged):
            for word, transitions in (("entered", event.data.entered), ("left", event.data.left)):
                found += [
                    (word, event.subject, transition.by, str(event.origin))
                    for transition in transitions
                    if transition.segment_id == segment
                ]
    return found


async def test_a_first_fit_fills_a_segment_and_triggers_nobody_and_later_ones_are_live(world: World) -> None:
    """Catches a campaign that is sent to everybody because scores exist now, and one that is never sent."""
    ids = await five_who_bought(world)
    segment = await world.a_segment(LATELY)
    assert await world.members(segment) == set()
    first = await fitted(world, "rfm")
    await world.follow_scores()
    assert await world.members(segment) == {ids[3], ids[4]}
    assert sorted(await told(world, segment)) == sorted(
        ("entered", id, str(first["fit_id"]), "backfill") for id in ids[3:]
    )
    await fitted(world, "rfm")
    await world.follow_scores()
    assert len(await told(world, segment)) == 2, "the same scores again are no news"
    await world.handle(*(a_purchase(id, world.clock.now()) for id in ids[:2]))
    assert await world.members(segment) == {ids[3], ids[4]}, "a purchase changes no score"
    refreshed = await fitted(world, "rfm")
    await world.follow_scores()
    assert await world.members(segment) == {ids[0], ids[1]}
    assert sorted((await told(world, segment))[2:]) == sorted(
        (word, id, str(refreshed["fit_id"]), "live")
        for word, concerned in (("entered", ids[:2]), ("left", ids[3:]))
        for id in concerned
    )
    another = await fitted(world, "rfm", {"scheme": "nested"})
    await world.follow_scores()
    assert {by: origin for _, _, by, origin in await told(world, segment)}.get(str(another["fit_id"])) != "live"


async def test_the_lane_gives_the_same_as_sql_and_the_facts(world: World, client: httpx.AsyncClient) -> None:
    """Catches an engine that reads a score in another way than previews and the nightly comparison do."""
    ids = await five_who_bought(world)
    before = await world.a_segment({"all": [LATELY, {"not": SPENDERS}]})
    await fitted(world, "rfm")
    await world.follow_scores()
    after = await world.a_segment({"all": [LATELY, {"not": {"score": "spend_percentile", "op": "gt", "value": 80}}]})
    assert await world.members(before) == await world.members(after) == {ids[3]}
    preview = (await client.post("/segments/preview", json={"definition": {"all": [LATELY, {"not": SPENDERS}]}})).json()
    assert (preview["members"], preview["sample"]) == (1, [str(ids[3])])
    report = await reconcile(world.database, Programs(), None)
    assert (report.customers, report.mismatches) == (5, 0)
    why = (await client.get(f"/segments/{after}/explain/{ids[3]}")).json()
    assert why["inside"] is True


async def test_a_score_is_compared_with_all_its_digits(world: World, client: httpx.AsyncClient) -> None:
    """Catches SQL that compares the fifteen digits which the cast of a double keeps, where the engine has seventeen."""
    customer = (await five_who_bought(world))[0]
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into scores (customer_id, as_of, p_active) values (:id, :now, 0.30000000000000004)",
            {"id": customer, "now": tx.now},
        )
    leaf = {"score": "p_active", "op": "gt", "value": 0.3}
    preview = (await client.post("/segments/preview", json={"definition": leaf})).json()
    assert preview["sample"] == [str(customer)]
    assert await world.members(await world.a_segment(leaf)) == {customer}


async def test_a_customer_who_waits_for_his_score_is_no_mismatch(world: World) -> None:
    """Catches an alarm each night, between the fit and the end of the queue."""
    await five_who_bought(world)
    await world.a_segment(LATELY)
    await fitted(world, "rfm")
    assert await world.count("score_changes") == 2
    report = await reconcile(world.database, Programs(), None)
    assert (report.customers, report.mismatches) == (3, 0)


async def test_who_objects_to_profiling_leaves_segments_of_scores(world: World) -> None:
    """Catches a customer who is in the segment of best customers until the next night, against his will."""
    ids = await five_who_bought(world)
    await world.handle(a_merge(ids[4], (absorbed := uuid4()), world.clock.now(), uuid4()))
    segment = await world.a_segment(SPENDERS)
    await fitted(world, "rfm")
    await world.follow_scores()
    assert await world.members(segment) == {ids[4]}
    objection = a_consent(absorbed, world.clock.now(), purpose="profiling", state="denied")
    await world.handle(objection)
    await world.follow_scores()
    assert await world.members(segment) == set()
    assert (await told(world, segment))[-1] == ("left", ids[4], str(objection.id), "live")


async def test_a_rank_moves_only_by_more_than_a_point(world: World) -> None:
    """Catches customers at the edge of the best tenth who change sides every night."""
    ids = [uuid4() for _ in range(200)]
    await world.handle(*(a_purchase(id, world.clock.now() - DAY, amount=100 * n) for n, id in enumerate(ids, 1)))
    segment = await world.a_segment({"score": "spend_percentile", "op": "gt", "value": 90})
    await fitted(world, "rfm")
    await world.follow_scores()
    assert await world.members(segment) == set(ids[180:])
    # Who overtakes moves everybody above by half a point.
    for place in range(179, 176, -1):
        assert set(ids[180:]) <= await world.members(segment)
        await world.handle(a_purchase(ids[place], world.clock.now(), amount=100_000))
        await fitted(world, "rfm")
        await world.follow_scores()
    assert await world.members(segment) == {*ids[177:180], *ids[183:]}
    async with world.database.transaction() as tx:
        rows = await tx.rows("select customer_id, spend_percentile as percent from scores")
    held = {row["customer_id"]: row["percent"] for row in rows}
    assert (held[ids[180]], held[ids[182]], held[ids[199]]) == (89.0, 90.0, 98.5)


async def test_a_million_changes_leave_the_lane_to_events(world: World) -> None:
    """Catches a night's fit behind which events wait: it has a third of the time, some at a turn."""
    step = Following(Programs())
    assert any(isinstance(getattr(each, "__self__", None), Following) for each in lane_steps(Programs()))
    ids = await five_who_bought(world)
    async with world.database.transaction() as tx:
        await tx.execute(
            "insert into score_changes (customer_id, partition, since, origin, cause)"
            " select gen_random_uuid(), 0, :now, 'live', gen_random_uuid() from generate_series(1, 500)",
            {"now": tx.now},
        )  # fmt: skip
    assert await step.step(world.context, world.reached()) is False
    assert await world.count("score_changes") == 300
    assert await step.step(world.context, world.reached()) is False
    assert await world.count("score_changes") == 300, "it rests before the next ones"
    assert ids


async def test_scores_that_cannot_be_are_refused_with_the_nearest(client: httpx.AsyncClient) -> None:
    """Catches a segment of nobody: a share written as percent, a group that does not exist."""
    words = (await client.get("/segments/vocabulary")).json()
    assert words["scores"]["clv"] == "money"
    assert "champions" in words["score_values"]["rfm_group"]
    wrong = [
        ({"score": "rfm_grup", "op": "exists"}, "/definition/score", "rfm_group"),
        ({"score": "rfm_group", "op": "eq", "value": "champion"}, "/definition/value", "champions"),
        ({"score": "p_active", "op": "gt", "value": 50}, "/definition/value", "from 0 to 1"),
        ({"score": "clv", "op": "gt", "value": 10.5}, "/definition/value", "10000 for 100.00"),
    ]
    for leaf, where, cure in wrong:
        answer = await client.post("/segments/validate", json={"definition": leaf})
        (problem,) = answer.json()["errors"]
        assert (answer.status_code, problem["where"]) == (422, where)
        assert cure in problem["cure"]
