"""One tree, three answers: SQL over the tables, the engine fed event by event, and brute force over everything known.

What it would catch: a window closed at the wrong edge, a fact that counts before it is recorded, a comparison with
something missing, a customer who is counted without those that were merged into them, a consent that never lapses.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analytics.facts import repository as facts
from services.analytics.identity import service as identity
from services.analytics.memberships.domain import histories
from services.analytics.scorecards import repository as scorecards
from services.analytics.segments.domain.catalogue import Type
from services.analytics.segments.domain.engine import (
    Definition,
    Fact,
    History,
    Program,
    advance,
    blank,
    compile_program,
    decode,
    encode,
    leaf_keys,
    members,
    needs_history,
    number_leaves,
    rebuild,
)
from services.analytics.segments.domain.language import parse
from services.analytics.segments.domain.sql import EVERYBODY, Customers, Scope, Share
from services.analytics.segments.repository import lists
from shared.database.engine import Database
from shared.database.transaction import Tx
from tests.component.analytics.segments.sql_universe import (
    END,
    LIST,
    Person,
    a_universe,
    a_world,
    by_sql,
    groups_of,
    load,
)
from tests.oracle.brute import holds
from tests.oracle.trees import definitions
from tests.oracle.world import Tree
from tests.unit.analytics.segments.segment_stream import VOCABULARY, instant

CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


class Undone(Exception):
    """Ends a transaction without a trace."""


WORDS = replace(
    VOCABULARY, events={kind: {"channel": Type.STRING, "amount": Type.MONEY} for kind in ("purchase", "return")}
)


def named(tree: Any) -> Any:
    """A random tree in the words of the tables: a list has an id, and contacts have no amount."""
    if isinstance(tree, dict):
        return {key: named(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [named(value) for value in tree]
    return {"l-1": str(LIST), "contact": "return"}.get(tree, tree) if isinstance(tree, str) else tree


universes = st.integers(0, 2**32)
trees = st.lists(definitions(), min_size=2, max_size=2).map(
    lambda pair: {f"s{number}": one for number, one in enumerate(_renumbered(pair))}
)


def _renumbered(found: list[dict[str, Tree]]) -> list[Tree]:
    """Definitions of several drawings as one: references go on meaning what they meant."""
    out: list[Tree] = []
    for definition in found:
        start = len(out)
        out += [_moved(named(tree), start) for tree in definition.values()]
    return out


def _moved(tree: Any, start: int) -> Any:
    if isinstance(tree, dict):
        if "segment" in tree:
            return {"segment": f"s{int(tree['segment'][1:]) + start}"}
        return {key: _moved(value, start) for key, value in tree.items()}
    return [_moved(value, start) for value in tree] if isinstance(tree, list) else tree


async def check(database: Database, segments: dict[str, Tree], seed: int) -> None:
    """SQL, engine and brute force agree about every customer at several instants."""
    universe, chance = a_universe(seed), random.Random(seed)
    seconds = sorted({chance.randrange(END + 1), 30, END})
    try:
        async with database.transaction() as tx:
            await load(tx, universe)
            await _compare(tx, universe, segments, seconds)
            raise Undone
    except Undone:
        pass


async def _compare(tx: Tx, universe: list[Person], segments: dict[str, Tree], seconds: list[int]) -> None:
    trees = {name: parse(tree, WORDS) for name, tree in segments.items()}
    definitions = [Definition(name, number, 1, tree) for number, (name, tree) in enumerate(trees.items())]
    program = compile_program(definitions, number_leaves(leaf_keys(definitions), {}, 0), 1, limit=4)
    groups = groups_of(universe)
    stored = await _stored(tx, groups)
    streams = {root: Streamed(program, root, stored[root]) for root in groups}
    for second in seconds:
        scope = _some(groups, second)
        answered = await by_sql(tx, trees, instant(second), scope)
        if scope == EVERYBODY:
            assert answered.keys() == groups.keys()
        for root, by_statement in answered.items():
            world = a_world(root, groups[root], segments, second)
            brute = frozenset(name for name in segments if holds(segments[name], world, second))
            assert by_statement == brute, f"SQL at {second}"
        for root, stream in streams.items():
            streamed = stream.members(instant(second))
            if root in answered:
                assert streamed == answered[root], f"the stream at {second}"
                again = rebuild(program, str(root), _known(stored[root], instant(second)), instant(second)).state
                assert members(program, again) == answered[root], f"a rebuild at {second}"


def _some(groups: dict[UUID, list[Person]], second: int) -> Scope:
    """Mostly everybody at once; the narrower forms of the statement as well."""
    narrow: list[Scope] = [Customers(sorted(groups)[::2]), Share(2), EVERYBODY]
    return EVERYBODY if second in (30, END) else narrow[second % 3]


async def _stored(tx: Tx, groups: dict[UUID, list[Person]]) -> dict[UUID, History]:
    """Everything as the service reads it for a rebuild."""
    ids = await identity.members_of(tx, groups)
    everybody = [id for group in ids.values() for id in group]
    return histories(
        ids, await facts.facts_of(tx, everybody), await facts.profiles_of(tx, ids),
        await facts.consents_of(tx, everybody), await lists.lists_of(tx, everybody),
        await scorecards.scores_of(tx, ids),
    )  # fmt: skip


def _known(history: History, now: int) -> History:
    """What was recorded up to an instant."""
    known = tuple(fact for fact in history.facts if fact.recorded_at <= now)
    return replace(history, facts=known)


class Streamed:
    """One customer's life as a worker sees it: facts one by one, the state through its bytes after each."""

    def __init__(self, program: Program, root: UUID, history: History) -> None:
        self.program, self.history = program, history
        self.waiting = sorted(history.facts, key=lambda fact: fact.recorded_at)
        self.done: list[Fact] = []
        self.state = blank(str(root))
        self._advance(instant(-1))

    def members(self, now: int) -> frozenset[str]:
        """The segments at an instant, after what was recorded up to it."""
        while self.waiting and self.waiting[0].recorded_at <= now:
            fact = self.waiting.pop(0)
            self._advance(fact.recorded_at, fact)
            self.done.append(fact)
        self._advance(now)
        return members(self.program, self.state)

    def _advance(self, now: int, *inputs: Fact) -> None:
        needed = needs_history(self.program, self.state, now, inputs) or self.state.epoch < 0
        known = replace(self.history, facts=tuple(self.done)) if needed else None
        after = advance(self.program, self.state, now, inputs, known).state
        self.state = decode(after.customer, encode(self.program, after))


@pytest.mark.timeout(600)
@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=CHECKS)
@given(segments=trees, seed=universes)
async def test_sql_equals_the_stream_and_brute_force(database: Database, segments: dict[str, Tree], seed: int) -> None:
    await check(database, segments, seed)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@settings(max_examples=2_000, deadline=None, database=None, suppress_health_check=CHECKS)
@given(segments=trees, seed=universes)
async def test_sql_equals_the_stream_and_brute_force_in_many_more_universes(
    database: Database, segments: dict[str, Tree], seed: int
) -> None:
    await check(database, segments, seed)
