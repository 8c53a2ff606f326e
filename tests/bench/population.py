"""Customers with a year behind them, stored as the stream would have left them.

The engine makes the states of some hundred different pasts, and many customers share one: a state does not hold whose
it is. Memberships, their history and the numbers of what was said of a customer are stored with them, so that no table
that a lapse touches is small or empty.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import UUID, uuid4

from services.analytics.identity.domain import partition_of
from services.analytics.segments.domain.engine import Fact, History, advance, blank, encode, fact, members
from services.analytics.segments.domain.instants import DAY, NEVER, from_datetime, to_datetime
from services.analytics.segments.service.programs import Compiled
from tests.bench.engine import CATEGORIES
from tests.bench.ground import Site

_CHUNK = 50_000
_BOUGHT = {"event": "purchase", "window": {"last": "P30D"}, "op": "gte", "value": 1}
TREES: list[dict[str, Any]] = [
    _BOUGHT,
    {"event": "contact", "window": {"last": "P1D"}, "op": "gte", "value": 1},
    {
        "all": [
            {**_BOUGHT, "window": {"last": "P90D"}, "value": 3},
            {"event": "purchase", "agg": "sum", "field": "amount", "window": {"last": "P365D"}, "op": "gte",
             "value": 20_000},
            {"not": {"event": "contact", "window": {"last": "P14D"}, "op": "gte", "value": 1}},
        ]
    },
    {
        "all": [
            {"attr": "age", "op": "between", "value": [30, 50]},
            {"event": "purchase_line", "agg": "distinct", "field": "category", "window": {"last": "P180D"}, "op": "gte",
             "value": 4},
        ]
    },
    {"sequence": {"first": {"event": "exposure"}, "then": {"event": "purchase"}, "within": "P3D", "last": "P60D"}},
    {
        "all": [
            {"event": "purchase", "agg": "last", "older_than": "P120D"},
            {"attr": "sex", "op": "eq", "value": "female"},
        ]
    },
]  # fmt: skip
"""As in real use: windows from a day to a year, counts, a sum, distinct values, a sequence, the profile."""

LAPSING = 0
"""The place in `TREES` of the segment that `lapses_at` is about: who bought within its window."""
_WINDOW = timedelta(days=30)

_HISTORY = """
    insert into membership_history (customer_id, at, recorded_at, segment_id, version, entered, cause, origin)
    select m.customer_id, m.since, m.since, m.segment_id, m.version, true, gen_random_uuid()::text, 'live'
    from memberships m where m.customer_id = any($1::uuid[])
"""
_SAID = "insert into subjects (subject, version) select one, 1 from unnest($1::uuid[]) as one"


@dataclass(frozen=True)
class Past:
    """What is stored of each customer who shares it."""

    raw: bytes
    wake: datetime | None
    segments: tuple[tuple[UUID, int], ...]
    at: datetime


def past_of(compiled: Compiled, history: History, at: datetime) -> Past:
    """The state that a history has come to at an instant."""
    program = compiled.program
    state = advance(program, blank("any"), from_datetime(at), (), history).state
    wake = None if state.wake >= NEVER else to_datetime(state.wake)
    held = tuple(sorted(compiled.names[name][:2] for name in members(program, state)))
    return Past(encode(program, state), wake, held, at)


def a_history(rng: random.Random, until: datetime, years: float = 1.0) -> History:
    """About ten facts a year, of all kinds, before `until`; a profile."""
    end, found = from_datetime(until), []
    for number in range(rng.randint(4, 16)):
        at = end - int(rng.random() * years * 365 * DAY)
        found += _facts(rng, number, at)
    return History(tuple(found), {"age": rng.randint(18, 80), "sex": rng.choice(("female", "male"))})


def _facts(rng: random.Random, number: int, at: int) -> list[Fact]:
    kind = rng.choice(("purchase", "purchase", "contact", "exposure"))
    if kind != "purchase":
        return [fact(f"{number}", kind, at, at, {"channel": "web"})]
    amounts = [rng.randint(500, 5_000) for _ in range(rng.randint(1, 3))]
    lines = [
        fact(f"{number}/{line}", "purchase_line", at, at, {"category": rng.choice(CATEGORIES), "amount": amount})
        for line, amount in enumerate(amounts, 1)
    ]
    return [fact(f"{number}", "purchase", at, at, {"amount": sum(amounts), "items": len(amounts)}), *lines]


def waiting(compiled: Compiled, count: int, now: datetime, until: datetime) -> list[Past]:
    """Pasts of customers who will be woken, none of them before `until`."""
    rng = random.Random(11)
    found: list[Past] = []
    while len(found) < count:
        past = past_of(compiled, a_history(rng, now), now)
        if past.wake is not None and past.wake >= until:
            found.append(past)
    return found


def lapses_at(compiled: Compiled, now: datetime, moments: Sequence[datetime]) -> list[Past]:
    """Pasts of customers who bought last one window before each of the moments."""
    rng, found = random.Random(12), []
    for moment in moments:
        at = from_datetime(moment - _WINDOW)
        older = a_history(rng, moment - 2 * _WINDOW)
        last = fact("last", "purchase", at, at, {"amount": 2_500, "items": 1})
        found.append(past_of(compiled, History((*older.facts, last), older.attributes), now))
    return found


async def store(site: Site, compiled: Compiled, pasts: Sequence[Past], count: int) -> list[UUID]:
    """`count` new customers, who share the pasts evenly; their ids."""
    ids: list[UUID] = []
    async with site.database("analytics") as database:
        taken = cycle(pasts)
        while len(ids) < count:
            rows = [(uuid4(), past) for past in islice(taken, min(_CHUNK, count - len(ids)))]
            await _put(database, compiled.revision, rows)
            ids += [id for id, _ in rows]
        await database.execute("vacuum analyze states, memberships, membership_history, subjects")
    return ids


async def _put(database: Any, revision: int, rows: Sequence[tuple[UUID, Past]]) -> None:
    states = [(id, partition_of(id), past.raw, past.wake, revision) for id, past in rows]
    held = [(id, *segment, past.at) for id, past in rows for segment in past.segments]
    ids = [id for id, past in rows if past.segments]
    async with database.transaction():
        await database.copy_records_to_table("states", records=states)
        await database.copy_records_to_table("memberships", records=held)
        await database.execute(_HISTORY, ids)
        await database.execute(_SAID, ids)
