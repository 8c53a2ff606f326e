"""Revenue, customers won and lost, and cohorts, by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from services.analytics.insights.domain.figures import Figures
from services.analytics.insights.domain.periods import MOST_PERIODS, Unit, begin, between, distance, later, year_before
from services.analytics.insights.errors import SpanTooLong, ZoneUnknown
from services.analytics.insights.repository import purchases
from services.analytics.segments.service.definitions import live_segment
from services.analytics.statistics.service import refresh
from shared.database.transaction import Tx
from shared.nearest import nearest

_USUAL = {"day": 30, "week": 26, "month": 13}


@dataclass(frozen=True, slots=True)
class Span:
    """Which periods: all that begin from `first` to `last`."""

    unit: Unit
    zone: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cohort did so many periods after its first."""

    offset: int
    buyers: int
    revenue: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first purchase was in a period."""

    period: date
    customers: int
    cells: list[Cell]


def span_of(tx: Tx, unit: Unit, zone: str, first: date | None, last: date | None) -> Span:
    """The periods that are asked for; without ends the newest ones, up to now. Raises SpanTooLong, ZoneUnknown."""
    if zone not in available_timezones():
        near = nearest(zone, sorted(available_timezones()))
        cure = f"Did you mean {near!r}?" if near else "Use a name such as Europe/London."
        raise ZoneUnknown(f"No time zone is called {zone!r}.", cure=cure, where="query:zone")
    until = begin(unit, last or tx.now.astimezone(ZoneInfo(zone)).date())
    since = later(unit, until, 1 - _USUAL[unit]) if first is None else begin(unit, first)
    if distance(unit, since, until) >= MOST_PERIODS:
        raise SpanTooLong(
            f"{distance(unit, since, until) + 1} periods, but {MOST_PERIODS} are possible.",
            cure="Choose a later `from`, or longer periods.", where="query:from",
        )  # fmt: skip
    return Span(unit, zone, since, until)


async def revenue(
    tx: Tx, span: Span, lost_after_days: int, segment: UUID | None
) -> list[tuple[date, Figures, Figures]]:
    """(period, its figures, those of the same period a year before), also of periods in which nothing was."""
    if segment is not None:
        await live_segment(tx, segment)
    await refresh(tx)
    start = year_before(span.unit, span.first)
    rows = await purchases.by_period(tx, span.unit, span.zone, start, span.last, lost_after_days, segment)
    figures = {
        row["period"]: Figures(**{name: int(value) for name, value in row.items() if name != "period"}) for row in rows
    }
    nothing = Figures()
    return [
        (period, figures.get(period, nothing), figures.get(year_before(span.unit, period), nothing))
        for period in between(span.unit, span.first, span.last)
    ]


async def cohorts(tx: Tx, span: Span, segment: UUID | None) -> list[Cohort]:
    """Customers by the period of their first purchase, and how many of them came again how much later."""
    if segment is not None:
        await live_segment(tx, segment)
    await refresh(tx)
    found: dict[date, Cohort] = {}
    for row in await purchases.by_cohort(tx, span.unit, span.zone, span.first, span.last, segment):
        # The first row of a cohort is its own period, in which all of it bought.
        cohort = found.setdefault(row["cohort"], Cohort(row["cohort"], row["buyers"], []))
        offset = distance(span.unit, row["cohort"], row["period"])
        cohort.cells.append(Cell(offset, row["buyers"], int(row["revenue"])))
    return list(found.values())
