"""Groups of merged customers, whatever the order in which merges and their undoings are heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.segments.domain.sql.people import MERGED
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.customers.group import Group
from shared.customers.merges import create_merges, groups_of, record_merges
from shared.customers.stores import MERGES, Person, count_stores, erase_stores
from shared.database.engine import Database
from tests.fakes import FixedClock

PEOPLE = [UUID(int=number) for number in range(1, 8)]
Merging = tuple[UUID, UUID, UUID]

_PAIRS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1])


@pytest.fixture(scope="module")
async def url(create_database: Any) -> str:
    made: str = await create_database("kernel_merges")
    statements: list[str] = []

    class Collected:
        def execute(self, statement: str) -> None:
            statements.append(statement)

    create_merges(Collected())
    connection = await asyncpg.connect(made)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
    return made


def _merged(merging: Merging) -> CustomersMerged:
    return CustomersMerged(merge_id=merging[0], absorbed=merging[1], survivor=merging[2])


def _undone(merging: Merging) -> MergeUndone:
    return MergeUndone(merge_id=merging[0], absorbed=merging[1], survivor=merging[2])


def _expected(holding: Sequence[Merging]) -> dict[UUID, Group]:
    """Neighbours are painted in one colour until nothing changes any more."""
    colour = {person: number for number, person in enumerate(PEOPLE)}
    for _ in PEOPLE:
        for _, one, other in holding:
            colour[one] = colour[other] = min(colour[one], colour[other])
    absorbed = {one for _, one, _ in holding}
    groups = {}
    for person in PEOPLE:
        members = [other for other in PEOPLE if colour[other] == colour[person]]
        tops = [other for other in members if other not in absorbed] or members
        groups[person] = Group(min(tops), tuple(members))
    return groups


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_groups_are_those_of_the_merges_that_hold(url: str, data: st.DataObject) -> None:
    """Catches an undoing that is lost when it overtakes its merge, a circle that does not end, two members of one group
    with different answers, and a statement over everybody that says another than the one over a few."""
    merges = [(uuid4(), one, other) for one, other in data.draw(st.lists(_PAIRS, max_size=8))]
    undone = data.draw(st.sets(st.sampled_from(merges))) if merges else set()
    # Each comes twice, under either key, in any order.
    words: list[Any] = data.draw(st.permutations([*map(_merged, merges), *map(_undone, sorted(undone))] * 2))
    cut = data.draw(st.integers(0, len(words)))
    database = Database(url, source="tests", clock=FixedClock())
    try:
        async with database.transaction() as tx:
            await tx.execute("delete from merges")
            for batch in (words[:cut], words[cut:]):
                await record_merges(tx, batch)
            expected = _expected([merging for merging in merges if merging not in undone])
            assert await groups_of(tx, PEOPLE) == expected
            everybody = await tx.rows(f"with recursive {MERGED} select member, root from merged")
            assert {row["member"]: row["root"] for row in everybody} == {
                person: group.root for person, group in expected.items() if group.root != person
            }
    finally:
        await database.close()


async def test_what_is_forgotten_is_counted_no_more(url: str) -> None:
    """Catches an erasure after which it can be seen that two ids were one person."""
    first, second, third = PEOPLE[:3]
    database = Database(url, source="tests", clock=FixedClock())
    try:
        async with database.transaction() as tx:
            await tx.execute("delete from merges")
            await record_merges(tx, [_merged((uuid4(), first, second)), _merged((uuid4(), third, first))])
            assert await erase_stores(tx, [MERGES], Person([first])) == {"merges": 2}
            assert await count_stores(tx, [MERGES], Person([first, second, third])) == {"merges": 0}
            assert (await groups_of(tx, [second]))[second] == Group(second, (second,))
    finally:
        await database.close()
