"""A real year: 2017 of a grocery chain, replayed in event time, against a direct computation from the file.

What it would catch: anything that random data of a minute's length does not show: months of lengths that differ, days
of 23 hours, thousands of facts of one customer, windows of weeks that overlap.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import pytest

from deploy.demo.grocery import FIRST_DAY, LAST_DAY, Basket, Grocery
from services.analytics.facts.domain import FactRow
from services.analytics.facts.repository import add_facts
from services.analytics.memberships.domain import engine_fact
from services.analytics.segments.domain.catalogue import Catalogue
from services.analytics.segments.domain.engine import (
    Definition,
    History,
    Program,
    State,
    advance,
    blank,
    compile_program,
    decode,
    encode,
    leaf_keys,
    needs_history,
    number_leaves,
)
from services.analytics.segments.domain.instants import from_datetime, to_datetime
from services.analytics.segments.domain.language import parse
from services.analytics.segments.domain.sql import compile_truths
from shared.database.engine import Database
from tests.component.analytics.memberships.real_year import DEFINITIONS, Expected, Move, moves, visits

NAMESPACE = UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
END = LAST_DAY + timedelta(days=60)


def a_program() -> Program:
    """The five segments, compiled."""
    definitions = [
        Definition(name, number, 1, parse(tree, Catalogue())) for number, (name, tree) in enumerate(DEFINITIONS.items())
    ]
    # So few entries are kept that busy households are answered from the facts.
    return compile_program(definitions, number_leaves(leaf_keys(definitions), {}, 0), 1, limit=60)


def customer(household: int) -> UUID:
    """The household's id."""
    return uuid5(NAMESPACE, str(household))


def facts_of(basket: Basket) -> list[FactRow]:
    """A basket and its lines, as they are stored."""
    head = (customer(basket.household), basket.time, uuid5(NAMESPACE, f"b{basket.basket}"))
    rows = [FactRow(*head, 0, "purchase", basket.time, amount=basket.total, items=len(basket.lines))]
    for number, line in enumerate(basket.lines, 1):
        rows.append(
            FactRow(*head, number, "purchase_line", basket.time, amount=line["amount"], quantity=line["quantity"],
                 category=line.get("category"), department=line.get("department"))
        )  # fmt: skip
    return rows


class Replay:
    """The year as the engine lives through it, household by household; states survive as bytes alone."""

    def __init__(self, households: list[int]) -> None:
        self.program = a_program()
        self.moves: dict[int, list[Move]] = {number: [] for number in households}
        self._states = {number: encode(self.program, self._blank(number)) for number in households}
        self._known: dict[int, list[FactRow]] = {number: [] for number in households}

    def _blank(self, household: int) -> State:
        return advance(self.program, blank(str(household)), from_datetime(FIRST_DAY), (), History()).state

    def take(self, household: int, rows: list[FactRow], until: datetime) -> None:
        """Advance a household to an instant, with these facts at that instant."""
        state = decode(str(household), self._states[household])
        inputs, now = [engine_fact(row) for row in rows], from_datetime(until)
        known = None
        if needs_history(self.program, state, now, inputs):
            known = History(tuple(engine_fact(row) for row in self._known[household]))
        outcome = advance(self.program, state, now, inputs, known)
        self._states[household] = encode(self.program, outcome.state)
        self._known[household] += rows
        self.moves[household] += [
            (transition.segment, transition.change, to_datetime(transition.at)) for transition in outcome.transitions
        ]


async def replayed_and_compared(database: Database, grocery: Grocery, instants: int) -> None:
    """Engine and SQL say of the whole year what the file says."""
    expected = Expected({number: moves(own, END) for number, own in visits(grocery.numbers).items()})
    replay, start = Replay(grocery.numbers), FIRST_DAY
    while start < LAST_DAY:  # a month at a time: all lines at once are gigabytes
        async with database.transaction() as tx:
            rows = []
            for basket in grocery.baskets(start, min(start + timedelta(days=31), LAST_DAY)):
                rows += (own := facts_of(basket))
                replay.take(basket.household, own, basket.time)
            for first in range(0, len(rows), 5_000):
                await add_facts(tx, rows[first : first + 5_000])
        start += timedelta(days=31)
    for number in grocery.numbers:
        replay.take(number, [], END)
    assert sum(map(len, expected.moves.values())) > 10 * len(grocery.numbers)
    for number in grocery.numbers:
        assert ordered(replay.moves[number]) == expected.moves[number], number
    await _compared(database, grocery.numbers, expected, instants)


async def _compared(database: Database, households: list[int], expected: Expected, instants: int) -> None:
    """SQL at ends of months, and exactly at moves and a microsecond before them."""
    chance, found = random.Random(3), [move[2] for own in expected.moves.values() for move in own]
    moments = [moment for at in chance.sample(found, instants) for moment in (at, at - timedelta(microseconds=1))]
    trees = {name: parse(tree, Catalogue()) for name, tree in DEFINITIONS.items()}
    owners = {customer(number): number for number in households}
    async with database.transaction() as tx:
        await tx.execute(
            "insert into states (customer_id, partition, state)"
            " select c, 0, '' from unnest(cast(:ids as uuid[])) as t(c)",
            {"ids": list(owners)},
        )
        for moment in moments:
            text, params = compile_truths(trees, from_datetime(moment))
            for row in await tx.rows(text, params):
                inside = frozenset(name for n, name in enumerate(trees) if row[f"s{n}"])
                number = owners[row["customer_id"]]
                assert inside == expected.members(number, moment), (number, moment)


def ordered(found: list[Move]) -> list[Move]:
    """Moves by time and segment; within an instant and segment as they came."""
    return sorted(found, key=lambda move: (move[2], move[0]))


async def test_a_real_year_of_150_households_is_what_the_file_says(database: Database) -> None:
    await replayed_and_compared(database, Grocery(150), 3)


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_a_real_year_of_every_household_is_what_the_file_says(database: Database) -> None:
    await replayed_and_compared(database, Grocery(), 12)
