"""A long random life: events, time, restarts, definitions, lists, merges. After each stretch the facts agree."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.analytics.backfill.service import filling
from services.analytics.reconciliation.service import reconcile
from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service import lists
from services.analytics.segments.service.programs import Programs
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Envelope, Origin
from tests.component.analytics.builders import (
    a_consent,
    a_contact,
    a_merge,
    a_profile,
    a_purchase,
    an_undone_merge,
    bought,
)
from tests.component.analytics.world import World

CATEGORIES = ("apples", "pears", "bread")


class Life:
    """Random, and the same for the same seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.people = [uuid4() for _ in range(25)]
        self.merged: list[tuple[UUID, UUID, UUID]] = []
        self.segments: list[UUID] = []
        self.list_id: UUID | None = None
        self.version = 0

    def definition(self) -> dict[str, Any]:
        """Leaves of every kind, nested."""
        chance = self.chance
        window = {"last": chance.choice(("PT6H", "P1D", "P3D"))}
        where = {"prop": "category", "op": "eq", "value": chance.choice(CATEGORIES)}
        lines = {"event": "purchase_line", "where": where}
        leaves: list[dict[str, Any]] = [
            bought(chance.randint(1, 3), window["last"]),
            {**lines, "agg": "count", "window": window, "op": chance.choice(("gte", "lt", "eq")), "value": 2},
            {**lines, "agg": "sum", "field": "amount", "window": window, "op": "gte", "value": 3000},
            {"event": "purchase", "agg": "max", "field": "amount", "window": window, "op": "lt", "value": 5000},
            {"event": "purchase", "agg": "last", "older_than": "PT12H"},
            {"event": "contact", "agg": "count", "window": {"last": "P1D"}, "op": "gte", "value": 1},
            {"attr": "sex", "op": "eq", "value": "male"},
            {"consent": {"channel": "email", "purpose": "marketing"}, "is": "granted"},
            {"bucket": {"salt": "s", "from": 0, "to": 5000}},
            *([{"list": str(self.list_id)}] if self.list_id else []),
            *({"segment": str(segment)} for segment in self.segments[:1]),
        ]
        chosen = [{"not": leaf} if chance.random() < 0.3 else leaf for leaf in chance.sample(leaves, 3)]
        return {"any": [chosen[0], {"all": chosen[1:]}]} if chance.random() < 0.5 else {"all": chosen[:2]}

    def event(self) -> Envelope[Any]:
        """Something that happens to somebody, recorded now, now and then late."""
        who, at = self.chance.choice(self.people), self.world.clock.now()
        kind = self.chance.random()
        self.version += 1
        if kind < 0.6:
            late = timedelta(hours=self.chance.choice((0, 0, 1, 20, 90)))
            amount, category = self.chance.randint(100, 9000), self.chance.choice(CATEGORIES)
            return a_purchase(who, at, time=at - late, amount=amount, category=category)
        if kind < 0.8:
            return a_contact(who, at)
        if kind < 0.9:
            attributes = {"sex": self.chance.choice(("male", "female"))}
            return a_profile(who, at, attributes=attributes, version=self.version)
        return a_consent(who, at, state=self.chance.choice(("granted", "denied")), version=self.version)

    async def piece(self) -> None:
        """Some of the back-fill, of the stream, of the work between batches; time passes; the process may end."""
        world, chance = self.world, self.chance
        for _ in range(chance.randint(0, 3)):
            await world.filling.step(world.context)
        await world.handle(*(self.event() for _ in range(chance.randint(1, 3))))
        if chance.random() < 0.7:
            await world.tend()
        world.clock.set(world.clock.now() + timedelta(seconds=chance.choice((1, 60, 3600))))
        if chance.random() < 0.7:
            await world.wake()
        if chance.random() < 0.2:
            world.restart()

    async def stretch(self) -> None:
        """Some of everything."""
        world, chance = self.world, self.chance
        for _ in range(12):
            events = [self.event() for _ in range(chance.randint(1, 12))]
            await world.handle(*events, *chance.sample(events, len(events) // 4))
            await world.pass_time(world.clock.now() + timedelta(seconds=chance.choice((1, 60, 3600, 40_000))))
        world.restart()
        roll = chance.random()
        async with world.database.transaction() as tx:
            if roll < 0.4 and self.segments:
                # The first may be one that others refer to.
                changed = chance.choice((self.segments[0], self.segments[-1]))
                await segments.change_segment(tx, changed, None, None, bought(chance.randint(1, 4)), "tests", None)
                if chance.random() < 0.5:
                    definition = {"any": [{"segment": str(changed)}, bought(2, "P3D")]}
                    name = f"n{self.version}"
                    self.segments.append(await segments.create_segment(tx, name, None, definition, "tests", None))
            elif self.list_id:
                await lists.add_members(tx, self.list_id, chance.sample(self.people, 3), None)
        # Events go on while it is being filled, piece by piece.
        for _ in range(chance.randint(1, 12)):
            await self.piece()
        if roll > 0.5 and not self.merged:
            first, other = chance.sample(self.people, 2)
            self.merged.append((first, other, uuid4()))
            await world.handle(a_merge(*self.merged[-1][:2], world.clock.now(), self.merged[-1][2]))
        elif self.merged:
            first, other, merge_id = self.merged.pop()
            await world.handle(an_undone_merge(first, other, world.clock.now(), merge_id))
        await world.idle()


@pytest.mark.parametrize("seed", range(4))
async def test_after_every_stretch_of_a_random_life_the_facts_agree(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches whatever the parts do to each other: stream, wake-ups, back-fill, merges, restarts, late events."""
    # So that a round takes many pieces.
    monkeypatch.setattr(filling, "APPLY_MOST", 4)
    monkeypatch.setattr(filling, "EMIT_MOST", 4)
    await live_through(world, seed, stretches=4)
    assert await world.count("dead_letters") == 0


async def live_through(world: World, seed: int, stretches: int) -> None:
    """A random life; AssertionError when something about it is not as its facts say."""
    life = Life(world, seed)
    async with world.database.transaction() as tx:
        life.list_id = await lists.create_list(tx, "List", None, "tests")
    for _ in range(6):
        life.segments.append(await world.a_segment(life.definition()))
    for _ in range(stretches):
        await life.stretch()
        report = await reconcile(world.database, Programs(), None)
        assert report.mismatches == 0, report.examples[:3]
        # Whoever waits to be recomputed is passed over: a comparison of nobody agrees too.
        assert report.customers == await world.count("states") >= len(life.people) // 2
    await told_as_it_is(world)


async def told_as_it_is(world: World) -> None:
    """What was emitted adds up to who is in: nobody enters twice without leaving, and no version goes back."""
    inside: dict[tuple[UUID, UUID], bool] = defaultdict(bool)
    versions: dict[UUID, int] = defaultdict(int)
    for event in await world.emitted():
        assert event.version == versions[event.subject] + 1
        versions[event.subject] = event.version
        if isinstance(event.data, MembershipsChanged):
            assert event.origin in (Origin.LIVE, Origin.BACKFILL, Origin.MERGE)
            for transition in event.data.entered:
                assert not inside[event.subject, transition.segment_id]
                inside[event.subject, transition.segment_id] = True
            for transition in event.data.left:
                assert inside[event.subject, transition.segment_id]
                inside[event.subject, transition.segment_id] = False
    async with world.database.transaction() as tx:
        rows = await tx.rows("select customer_id, segment_id from memberships")
    assert {pair for pair, held in inside.items() if held} == {(row["customer_id"], row["segment_id"]) for row in rows}
