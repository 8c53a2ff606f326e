"""How long it takes to count a definition before it is saved, beside the same count in plain SQL."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tests.bench.ground import Ground, Site
from tests.bench.history import store_history
from tests.bench.http import in_turn, request
from tests.bench.segmented import compiled_of
from tests.bench.size import Size
from tests.bench.table import Row

SIMPLE: dict[str, Any] = {"event": "purchase", "agg": "count", "window": {"last": "P90D"}, "op": "gte", "value": 3}
_COMPOUND: dict[str, Any] = {
    "all": [
        SIMPLE,
        {**SIMPLE, "agg": "sum", "field": "amount", "window": {"last": "P365D"}, "value": 20_000},
        {"not": {"event": "contact", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 1}},
    ]
}
PLAIN = """
    select count(*) from (
        select customer_id from facts where event = 'purchase' and time >= now() - interval '90 days'
        group by customer_id having count(*) >= 3) as found
"""
_PLAIN_COMPOUND = """
    select count(*) from (
        select customer_id from facts
        where (event = 'purchase' and time >= now() - interval '365 days')
           or (event = 'contact' and time >= now() - interval '30 days')
        group by customer_id
        having count(*) filter (where event = 'purchase' and time >= now() - interval '90 days') >= 3
           and sum(amount) filter (where event = 'purchase') >= 20000
           and count(*) filter (where event = 'contact') = 0) as found
"""
_KINDS = (("one leaf", SIMPLE, PLAIN, 1.0), ("three leaves", _COMPOUND, _PLAIN_COMPOUND, 5.0))


@dataclass(frozen=True)
class Previewed:
    """Seconds of a preview and of the plain count, what was answered, and of how many."""

    took: float
    plain: float
    answer: str
    of: str


async def smaller(ground: Ground, size: Size) -> list[list[Previewed]]:
    """The previews at smaller shares of the data: at 1 ×, 4 × … of what is 1 / 16 of the whole."""
    found = []
    for times in size.growth[:-1]:
        share = size.growth[-1] // times
        customers, facts = size.filled_customers // share, size.facts // share
        async with ground.site("preview") as site:
            await store_history(site, await compiled_of(site), customers, facts)
            async with site.running("analytics.app"):
                found.append(await previews(site, f"{customers:,} customers, {facts:,} facts"))
    return found


async def previews(site: Site, of: str) -> list[Previewed]:
    """Each kind of definition, by a running app."""
    found = []
    for _, definition, query, _ in _KINDS:
        # First, as somebody meets it: the plain count after it finds what this has read.
        took, answer = await _preview(site, definition)
        async with site.database("analytics") as database:
            plain = await timed(database, query)
        found.append(Previewed(took, plain, answer, of))
    return found


def rows(size: Size, small: Sequence[Sequence[Previewed]], whole: Sequence[Previewed]) -> list[Row]:
    """The whole beside plain SQL, and beside the smallest share."""
    found = []
    for number, (kind, _, _, target) in enumerate(_KINDS):
        one, shares = whole[number], [part[number] for part in small]
        between = ", ".join(f"{part.took:.3f} s at {part.of}" for part in shares[1:])
        found += [
            Row("new segment", f"preview of {kind}", one.took, "s", one.plain, "the same count in plain SQL",
                target=target, less_is_better=True, note=f"{one.of}; {one.answer}"),
            Row("growth", f"preview of {kind}, {one.of}", one.took, "s", shares[0].took, f"at {shares[0].of}",
                target_ratio=float(size.growth[-1]), less_is_better=True, note=between),
        ]  # fmt: skip
    return found


async def timed(database: Any, query: str) -> float:
    """The second run's time: the first finds cold caches."""
    await database.fetchval(query)
    begun = time.perf_counter()
    await database.fetchval(query)
    return time.perf_counter() - begun


async def call(site: Site, method: str, path: str, body: Any = None) -> Any:
    """The answer of the app to marketing."""
    raw = request(method, path, site.header("marketing"), orjson.dumps(body) if body is not None else b"")
    (answer,) = await in_turn(site.installation.ports["analytics.app"], [raw])
    return orjson.loads(answer)


async def _preview(site: Site, definition: dict[str, Any]) -> tuple[float, str]:
    begun = time.perf_counter()
    found = await call(site, "POST", "/segments/preview", {"definition": definition, "sample": 0})
    took = time.perf_counter() - begun
    if found["exact"]:
        return took, f"exact: {found['members']:,}"
    return took, f"an estimate: {found['members']:,} ({found['low']:,} to {found['high']:,})"
