"""What customers brought and cost, one of them or all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.identity.service import members_of, survivor_of
from services.analytics.insights.domain.ledgers import Ledgers, Tenth
from services.analytics.insights.errors import SpanEmpty
from services.analytics.insights.repository import ledgers
from services.analytics.insights.repository.ledgers import Between
from services.analytics.segments.service.definitions import live_segment
from services.analytics.statistics.service import refresh
from shared.database.transaction import Tx

_USUAL = timedelta(days=365)
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


def span_of(tx: Tx, first: date | None, last: date | None, prices: Mapping[str, int]) -> Between:
    """From the beginning of a day to the end of another, UTC; the last year without them. Raises SpanEmpty."""
    # Nobody bought anything before 1900, and the calendar has an end.
    if not all(_EARLIEST <= day <= _LATEST for day in (first, last) if day is not None):
        raise SpanEmpty("No facts are of such days.", cure="Name days from 1900 to 2999.", where="query:from")
    until = tx.now if last is None else _midnight(last + timedelta(days=1))
    since = until - _USUAL if first is None else _midnight(first)
    if since >= until:
        raise SpanEmpty("The first day is after the last one.", cure="Swap `from` and `to`.", where="query:from")
    return Between(since, until, prices)


async def of_customer(tx: Tx, customer_id: UUID, span: Between) -> Ledgers:
    """The ledgers of a customer, of all that stand for him together. Raises CustomerErased."""
    survivor = await survivor_of(tx, customer_id)
    members = (await members_of(tx, [survivor]))[survivor]
    return _ledgers(await ledgers.of_customer(tx, members, span))


async def of_all(tx: Tx, span: Between, segment: UUID | None) -> list[Tenth]:
    """Tenths of everybody with anything in the span, or of a segment's present members."""
    if segment is not None:
        await live_segment(tx, segment)
    await refresh(tx)
    return [
        Tenth(row["customers"], _ledgers(row), row["losing"], int(row["losses"]))
        for row in await ledgers.deciles(tx, span, segment)
    ]


def _ledgers(row: Any) -> Ledgers:
    return Ledgers(**{field.name: int(row[field.name]) for field in fields(Ledgers)})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("UTC"))
