"""What the segment engine remembers costs: bytes of a customer's state, and of each kind of leaf, here and on disk."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.analytics.identity.domain import partition_of
from services.analytics.segments.domain.engine import History, Program, advance, blank, decode, encode, fact
from services.analytics.segments.domain.instants import NEVER, from_datetime, to_datetime
from tests.bench.engine import program_of
from tests.bench.ground import Ground, Site
from tests.bench.population import TREES, a_history
from tests.bench.size import Size
from tests.bench.table import Row

Tree = dict[str, Any]

# Of one kind so many different leaves, of which one is the tenth part: less than a page of a table would not show.
_LEAVES = 10
_PASTS = 500
_CUSTOMERS, _SHORT_CUSTOMERS = 20_000, 4_000


def _of(event: str, op: str = "gte", **more: Any) -> Tree:
    return {"event": event, "op": op, **more}


KINDS: dict[str, Callable[[int], Tree]] = {
    "count, at least 1 in 90 days": lambda n: _of("purchase", value=1, window={"last": f"P{90 + n}D"}),
    "count, at least 5 in a year": lambda n: _of("purchase", value=5, window={"last": f"P{365 - n}D"}),
    "count ever, at least 5": lambda n: _of("purchase", value=5 + n),
    "sum of a year": lambda n: _of(
        "purchase", agg="sum", field="amount", value=20_000 + n, window={"last": "P365D"}
    ),
    "average of a year": lambda n: _of(
        "purchase", agg="avg", field="amount", value=2_000 + n, window={"last": "P365D"}
    ),
    "greatest of a year": lambda n: _of(
        "purchase", agg="max", field="amount", value=2_000 + n, window={"last": "P365D"}
    ),
    "distinct values, at least 4 in a year": lambda n: _of(
        "purchase_line", agg="distinct", field="category", value=4, window={"last": f"P{365 - n}D"}
    ),
    "count of 30 to 90 days ago": lambda n: _of("purchase", value=2, window={"between_ago": ["P30D", f"P{90 + n}D"]}),
    "count of this quarter": lambda n: _of(
        "purchase", value=1 + n, window={"calendar": {"unit": "quarter", "which": "this", "zone": "UTC"}}
    ),
    "age of the last event": lambda n: {"event": "purchase", "agg": "last", "older_than": f"P{60 + n}D"},
    "property of the first event": lambda n: {
        "event": "purchase", "agg": "first", "prop": "amount", "op": "gte", "value": 2_000 + n
    },
    "sequence within 90 days": lambda n: {
        "sequence": {
            "first": {"event": "exposure"}, "then": {"event": "purchase"}, "within": "P3D", "last": f"P{90 + n}D"
        }
    },
    "attribute": lambda n: {"attr": "age", "op": "gte", "value": 20 + n},
    "age of a date": lambda n: {"attr": "joined", "op": "age_lt", "value": f"P{400 + n}D"},
    "consent": lambda n: {"consent": {"channel": "email", "purpose": f"purpose-{n}"}, "is": "granted"},
    "static list": lambda n: {"list": f"00000000-0000-7000-8000-{n:012d}"},
    "share of all customers": lambda n: {"bucket": {"salt": f"salt-{n}", "from": 0, "to": 5_000}},
}  # fmt: skip


@dataclass(frozen=True)
class _Weight:
    """Bytes of each customer on average."""

    state: float
    table: float
    indexes: float
    entries: float

    @property
    def disk(self) -> float:
        return self.table + self.indexes


async def measure(ground: Ground, size: Size) -> list[Row]:
    """The same customers under a program without leaves, with one kind of leaf, and with segments as in real use."""
    now = datetime.now(UTC)
    rng = random.Random(13)
    pasts = [_known(a_history(rng, now)) for _ in range(_PASTS)]
    customers = _SHORT_CUSTOMERS if size.is_short else _CUSTOMERS
    async with ground.site("leaves") as site:

        async def weigh(trees: Sequence[Tree]) -> _Weight:
            return await _weigh(site, program_of(trees), pasts, now, customers)

        none, real = await weigh([]), await weigh(TREES)
        kinds = {name: await weigh([make(n) for n in range(_LEAVES)]) for name, make in KINDS.items()}
        membership, move = await _others(site, customers)
    leaves = len(program_of(TREES).leaves)
    facts = sum(len(past.facts) for past in pasts) / len(pasts)
    rows = [
        _bytes(f"a customer under {len(TREES)} segments, bytes of state", real.state,
               f"{leaves} leaves, {facts:.0f} facts of a year; {none.state:.0f} bytes with no segment"),
        _bytes("the same on disk, table and indexes", real.disk, f"table {real.table:.0f}, indexes {real.indexes:.0f}"),
        _bytes("a membership on disk", membership, "table and indexes"),
        _bytes("a membership in the history, on disk", move, "table and index"),
    ]  # fmt: skip
    return [*rows, *(_leaf(name, found, none) for name, found in kinds.items()), _largest(now)]


def _bytes(figure: str, value: float, note: str, beside: float | None = None, beside_what: str = "") -> Row:
    return Row("state", figure, value, "bytes", beside, beside_what, less_is_better=True, note=note)


def _leaf(name: str, found: _Weight, none: _Weight) -> Row:
    state, disk = (found.state - none.state) / _LEAVES, (found.disk - none.disk) / _LEAVES
    entries = found.entries / _LEAVES
    # The plan's bound for what counts single events: a time and what goes with it.
    bound = 16 * entries + 16
    return _bytes(f"leaf: {name}", state, f"{disk:.1f} on disk; {entries:.1f} entries held", bound,
                  "16 for each entry and the leaf")  # fmt: skip


def _largest(now: datetime) -> Row:
    """The largest leaf there can be, and what is left of it one purchase later."""
    program = program_of([KINDS["sum of a year"](0)])
    at = from_datetime(now)

    def state(purchases: int) -> int:
        bought = (fact(f"{n:05d}", "purchase", at - n, at - n, {"amount": 2_500}) for n in range(purchases))
        return len(encode(program, advance(program, blank("any"), at, (), History(tuple(bought))).state))

    most, none, beyond = program.limit, state(0), state(program.limit + 1)
    return _bytes(f"leaf: sum of a year with {most} purchases, the most it holds", state(most) - none,
                  f"{beyond - none} bytes with one more: then it asks the facts", 16.0 * most + 16,
                  "16 for each entry and the leaf")  # fmt: skip


def _known(past: History) -> History:
    """With all that leaves of the profile ask for."""
    attributes = {**past.attributes, "joined": "2025-06-01T00:00:00Z"}
    consents = {("email", f"purpose-{n}"): ("granted", None) for n in range(_LEAVES)}
    lists = {f"00000000-0000-7000-8000-{n:012d}": None for n in range(_LEAVES)}
    return History(past.facts, attributes, consents, lists)


async def _weigh(site: Site, program: Program, pasts: Sequence[History], now: datetime, customers: int) -> _Weight:
    made = []
    entries = 0
    for past in pasts:
        state = advance(program, blank(str(uuid4())), from_datetime(now), (), past).state
        raw = encode(program, state)
        # As stored: without what can no longer matter.
        entries += sum(program.leaves[id].size(held) for id, held in decode("any", raw).data.items())
        made.append((raw, None if state.wake >= NEVER else to_datetime(state.wake)))
    async with site.database("analytics") as database:
        await database.execute("truncate states")
        ids = [uuid4() for _ in range(customers)]
        rows = [(id, partition_of(id), *made[n % len(made)], 1) for n, id in enumerate(ids)]
        await database.copy_records_to_table("states", records=rows)
        table, indexes = await _sizes(database, "states")
    return _Weight(
        sum(len(raw) for raw, _ in made) / len(made), table / customers, indexes / customers, entries / len(made)
    )


async def _others(site: Site, customers: int) -> tuple[float, float]:
    """Bytes on disk of a membership, and of a line of its history."""
    async with site.database("analytics") as database:
        segment, now = uuid4(), datetime.now(UTC)
        rows = [(uuid4(), segment, 1, now) for _ in range(customers)]
        await database.copy_records_to_table("memberships", records=rows)
        moves = [(row[0], now, now, segment, 1, True, str(uuid4()), "live") for row in rows]
        columns = ["customer_id", "at", "recorded_at", "segment_id", "version", "entered", "cause", "origin"]
        await database.copy_records_to_table("membership_history", records=moves, columns=columns)
        held, told = await _sizes(database, "memberships"), await _sizes(database, "membership_history")
    return sum(held) / customers, sum(told) / customers


async def _sizes(database: Any, table: str) -> tuple[int, int]:
    row = await database.fetchrow(
        "select pg_table_size($1::regclass) as own, pg_indexes_size($1::regclass) as indexes", table
    )
    return row["own"], row["indexes"]
