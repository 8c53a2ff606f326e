"""The Complete Journey's year as a sweep over the file: who is in which segment when. No code of the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from deploy.demo.grocery import ZONE, data_folder

Move = tuple[str, str, datetime]
"""Segment, entered or left, at."""

DEFINITIONS: dict[str, dict[str, Any]] = {
    "frequent": {"event": "purchase", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 6},
    "spending": {
        "event": "purchase", "agg": "sum", "field": "amount", "window": {"last": "P28D"}, "op": "gte", "value": 20_000,
    },
    "lapsed": {
        "all": [
            {"event": "purchase", "agg": "count", "op": "gte", "value": 1},
            {"not": {"event": "purchase", "agg": "count", "window": {"last": "P45D"}, "op": "gte", "value": 1}},
        ]
    },
    "milk": {
        "event": "purchase_line", "where": {"prop": "category", "op": "eq", "value": "FLUID MILK PRODUCTS"},
        "agg": "count", "window": {"last": "P14D"}, "op": "gte", "value": 3,
    },
    "month": {
        "event": "purchase", "agg": "sum", "field": "amount", "op": "gte", "value": 30_000,
        "window": {"calendar": {"unit": "month", "which": "this", "zone": ZONE.key}},
    },
}  # fmt: skip


@dataclass
class Visit:
    """One basket: when, what was paid in cents, and how many lines were milk."""

    at: datetime
    paid: int = 0
    milk: int = 0


def visits(households: Sequence[int]) -> dict[int, list[Visit]]:
    """Every basket of these households, by time."""
    products = pq.read_table(data_folder() / "products.parquet", columns=["product_id", "product_category"])
    is_milk = pc.equal(products["product_category"], "FLUID MILK PRODUCTS")
    milk = set(products.filter(is_milk)["product_id"].to_pylist())
    names = ["household_id", "basket_id", "product_id", "sales_value", "transaction_timestamp"]
    table = pq.read_table(data_folder() / "transactions.parquet", columns=names)
    table = table.filter(pc.is_in(table["household_id"], value_set=pa.array(households)))
    found: dict[int, dict[int, Visit]] = defaultdict(dict)
    for household, basket, product, price, local in zip(*(table[name].to_pylist() for name in names), strict=True):
        at = local.replace(tzinfo=ZONE).astimezone(UTC)
        visit = found[household].setdefault(basket, Visit(at))
        visit.at = min(visit.at, at)
        visit.paid += round(price * 100)
        visit.milk += product in milk
    return {household: sorted(own.values(), key=lambda visit: visit.at) for household, own in found.items()}


def moves(own: Sequence[Visit], until: datetime) -> list[Move]:
    """All entries and leaves of one household up to an instant."""
    ones = [(visit.at, 1) for visit in own]
    paid = [(visit.at, visit.paid) for visit in own]
    milk = [(visit.at, visit.milk) for visit in own if visit.milk]
    found = [
        *_rolling("frequent", ones, timedelta(days=30), 6, until),
        *_rolling("spending", paid, timedelta(days=28), 20_000, until),
        *_rolling("milk", milk, timedelta(days=14), 3, until),
        *_lapsed(own, timedelta(days=45), until),
        *_months(paid, 30_000, until),
    ]
    return sorted(found, key=lambda move: (move[2], move[0]))


def _rolling(
    name: str, weights: Iterable[tuple[datetime, int]], length: timedelta, enough: int, until: datetime
) -> Iterable[Move]:
    """A running total: each weight comes at its time and goes `length` later; what goes, goes before what comes."""
    marks = [(at, 1, weight) for at, weight in weights]
    marks += [(at + length, 0, -weight) for at, _, weight in marks]
    marks.sort(key=lambda mark: mark[:2])
    total, inside = 0, False
    for number, (at, comes, weight) in enumerate(marks):
        if at > until:
            return
        total += weight
        more = number + 1 < len(marks) and marks[number + 1][:2] == (at, 0)
        if not (comes == 0 and more) and (total >= enough) != inside:
            inside = not inside
            yield name, "entered" if inside else "left", at


def _lapsed(own: Sequence[Visit], length: timedelta, until: datetime) -> Iterable[Move]:
    """Gaps between one visit and the next that are as long as `length` or longer."""
    for visit, following in zip(own, [*own[1:], None], strict=True):
        ends = visit.at + length
        if ends <= (following.at if following else until):
            yield "lapsed", "entered", ends
            if following:
                yield "lapsed", "left", following.at


def _months(paid: Iterable[tuple[datetime, int]], enough: int, until: datetime) -> Iterable[Move]:
    """Totals by calendar month of the stores' zone; everybody leaves when the month ends."""
    months: dict[tuple[int, int], list[tuple[datetime, int]]] = defaultdict(list)
    for at, weight in paid:
        local = at.astimezone(ZONE)
        months[local.year, local.month].append((at, weight))
    for (year, month), own in months.items():
        total = 0
        for at, weight in own:
            total += weight
            if total >= enough:
                yield "month", "entered", at
                ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZONE).astimezone(UTC)
                if ends <= until:
                    yield "month", "left", ends
                break


@dataclass
class Expected:
    """The moves of every household."""

    moves: dict[int, list[Move]] = field(default_factory=dict)

    def members(self, household: int, at: datetime) -> frozenset[str]:
        """The segments of a household at an instant."""
        inside: set[str] = set()
        for name, change, moment in self.moves[household]:
            if moment > at:
                break
            (inside.add if change == "entered" else inside.discard)(name)
        return frozenset(inside)
