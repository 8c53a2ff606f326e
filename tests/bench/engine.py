"""How many events a second the segment engine takes on one core, in memory: decode, advance, encode for each event."""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.analytics.segments.domain.catalogue import Catalogue, Type
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
    fact,
    leaf_keys,
    number_leaves,
)
from services.analytics.segments.domain.instants import DAY, NEVER
from services.analytics.segments.domain.language import parse

START = 19_700 * DAY
CATEGORIES = [f"category-{number}" for number in range(12)]
ATTRIBUTES = {"age": Type.INTEGER, "sex": Type.STRING, "joined": Type.DATETIME}


@dataclass(frozen=True)
class Figures:
    """What a run showed."""

    segments: int
    leaves: int
    events_per_second: float
    transitions_per_event: float
    state_bytes: float
    wakes: int
    wakes_per_second: float


WINDOWS = tuple(f"P{days}D" for days in (7, 14, 30, 60, 90, 180, 365))


def some_leaves(count: int, rng: random.Random, windows: Sequence[str] = WINDOWS) -> list[dict[str, Any]]:
    """A mixture as in real use: mostly counts and sums over days and months, some of the profile."""
    out: list[dict[str, Any]] = []
    for number in range(count):
        window = {"last": rng.choice(windows)}
        kind = number % 8
        if kind < 3:
            line = {
                "event": "purchase_line",
                "where": {"prop": "category", "op": "eq", "value": rng.choice(CATEGORIES)},
            }
            out.append({**line, "window": window, "op": "gte", "value": rng.randint(1, 4)})
        elif kind < 5:
            out.append({"event": "purchase", "window": window, "op": "gte", "value": rng.randint(1, 6)})
        elif kind == 5:
            total = {"event": "purchase", "agg": "sum", "field": "amount", "window": window}
            out.append({**total, "op": "gte", "value": rng.randint(1, 40) * 500})
        elif kind == 6:
            out.append({"event": "contact", "window": window, "op": "gte", "value": 1})
        else:
            out.append({"attr": "age", "op": "gte", "value": rng.randint(18, 70)})
    return out


def some_trees(segments: int, leaves: int, seed: int = 1, windows: Sequence[str] = WINDOWS) -> list[dict[str, Any]]:
    """So many definitions of three leaves each, `all` or `any`, some negated."""
    rng = random.Random(seed)
    pool, trees = some_leaves(leaves, rng, windows), []
    for _ in range(segments):
        parts = [leaf if rng.random() < 0.7 else {"not": leaf} for leaf in rng.sample(pool, min(3, len(pool)))]
        trees.append({rng.choice(["all", "all", "any"]): parts})
    return trees


def program_of(trees: Sequence[dict[str, Any]]) -> Program:
    """Definitions, compiled."""
    catalogue = Catalogue(attributes=ATTRIBUTES)
    definitions = [Definition(f"s{number}", number, 1, parse(tree, catalogue)) for number, tree in enumerate(trees)]
    return compile_program(definitions, number_leaves(leaf_keys(definitions), {}, 0), 1)


def a_program(segments: int, leaves: int, seed: int = 1) -> Program:
    """So many segments over a year's windows."""
    return program_of(some_trees(segments, leaves, seed))


def some_events(count: int, customers: int, seed: int = 2) -> list[tuple[str, Fact]]:
    """Baskets, lines and contacts of a year, in order of time, some of them late."""
    rng = random.Random(seed)
    step = 365 * DAY // count
    out = []
    for number in range(count):
        at = START + number * step
        occurred = at - (rng.randrange(DAY) if rng.random() < 0.05 else 0)
        kind = rng.choice(["purchase", "purchase_line", "purchase_line", "contact"])
        props = {"category": rng.choice(CATEGORIES), "amount": rng.randint(100, 5_000), "channel": "web"}
        out.append((f"customer-{rng.randrange(customers)}", fact(f"e-{number}", kind, occurred, at, props)))
    return out


def measure(segments: int = 100, leaves: int = 40, customers: int = 2_000, events: int = 40_000) -> Figures:
    """Run the engine over a year of events, then let all windows drain."""
    program, stream = a_program(segments, leaves), some_events(events, customers)
    ages = random.Random(3)
    states: dict[str, bytes] = {}
    for number in range(customers):
        name = f"customer-{number}"
        born = History(attributes={"age": ages.randint(15, 90)})
        states[name] = encode(program, advance(program, blank(name), START, (), born).state)
    transitions, begun = 0, time.perf_counter()
    for name, event in stream:
        outcome = advance(program, decode(name, states[name]), event.recorded_at, (event,))
        states[name] = encode(program, outcome.state)
        transitions += len(outcome.transitions)
    took = time.perf_counter() - begun
    size = sum(map(len, states.values())) / customers
    wakes, begun = 0, time.perf_counter()
    for name, raw in states.items():
        state = decode(name, raw)
        while state.wake < NEVER:
            state = advance(program, state, state.wake).state
            wakes += 1
    drained = time.perf_counter() - begun
    return Figures(segments, len(program.leaves), events / took, transitions / events, size, wakes, wakes / drained)


if __name__ == "__main__":
    for number in (20, 100, 300):
        sys.stdout.write(f"{measure(number)}\n")
