"""Sizes of segments over time, and how scores are spread."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.analytics.insights.domain.periods import Unit, between
from services.analytics.insights.repository import sizes, spread
from services.analytics.insights.service.revenue import Span
from services.analytics.segments.domain.catalogue import SCORES, Type
from services.analytics.segments.service.definitions import get_segment
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Bar:
    """Customers from `low` up to `high`, which belongs to the last bar only; or of one value."""

    customers: int
    low: float | None = None
    high: float | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a score is spread over those who have it."""

    customers: int
    mean: float | None = None
    quantiles: dict[str, float] = field(default_factory=dict)
    bars: list[Bar] = field(default_factory=list)


async def sizes_of(tx: Tx, segment: UUID, span: Span) -> list[tuple[date, int | None, int | None]]:
    """(period, members at its end, the version that answered); None before the first note."""
    await get_segment(tx, segment)
    unit: Unit = span.unit
    rows: dict[date, Any] = {row["period"]: row for row in await sizes.sizes(tx, segment, unit, span.first)}
    found = []
    for period in between(unit, span.first, span.last):
        row = rows.get(period)
        found.append((period, None if row is None else row["members"], None if row is None else row["version"]))
    return found


async def distribution(tx: Tx, score: str, bins: int) -> Distribution:
    """A histogram over all customers: of equal bins between the first and the 99th percentile, or of each value."""
    kind = SCORES[score]
    if kind is Type.STRING or score in ("r", "f", "m"):
        rows = await spread.by_value(tx, score)
        bars = [Bar(row["customers"], value=row["value"]) for row in rows]
        return Distribution(sum(bar.customers for bar in bars), bars=bars)
    row = await spread.summary(tx, score)
    if not row["customers"]:
        return Distribution(0)
    quantiles = dict(zip(map(str, spread.SHARES), map(float, row["quantiles"]), strict=True))
    low, high = float(row["low"]), float(row["high"])
    # A few very large values would leave one bar for everybody else.
    top = quantiles["0.99"] if low < quantiles["0.99"] < high else high
    if low == top:
        return Distribution(row["customers"], float(row["mean"]), quantiles, [Bar(row["customers"], low, high)])
    step = (top - low) / bins
    held = {row["bin"]: row["customers"] for row in await spread.counts(tx, score, low, top, bins)}
    edges = [low + step * number for number in range(bins)] + [high]
    bars = [Bar(held.get(number, 0), edges[number], edges[number + 1]) for number in range(bins)]
    return Distribution(row["customers"], float(row["mean"]), quantiles, bars)
