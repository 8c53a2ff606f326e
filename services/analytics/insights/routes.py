"""Insights over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import Query

from services.analytics.config import Settings
from services.analytics.insights.domain.ledgers import total
from services.analytics.insights.schemas import (
    BarOut,
    CohortCellOut,
    CohortOut,
    CohortsOut,
    CustomerProfitabilityOut,
    DistributionOut,
    FiguresOut,
    LedgersOut,
    PeriodOut,
    ProfitabilityOut,
    RevenueOut,
    SizeOut,
    SizesOut,
    TenthOut,
    UnitName,
)
from services.analytics.insights.service import profitability as profits
from services.analytics.insights.service import revenue as revenues
from services.analytics.insights.service import spread
from shared.contracts.times import Day
from shared.web import APIRouter, ContextDep, TxDep, requires
from shared.web.context import AppContext

router = APIRouter(tags=["insights"], dependencies=[requires("analytics:read")])

By = Annotated[UnitName, Query(description="the length of a period")]
Zone = Annotated[str, Query(max_length=64, description="the time zone whose calendar counts")]
From = Annotated[Day | None, Query(alias="from", description="a day of the first period")]
To = Annotated[Day | None, Query(description="a day of the last period; today when absent")]
OfSegment = Annotated[UUID | None, Query(description="only its present members")]


@router.get("/insights/revenue")
async def show_revenue(
    tx: TxDep, by: By = "month", zone: Zone = "UTC", first: From = None, to: To = None, segment_id: OfSegment = None,
    lost_after_days: Annotated[int, Query(ge=7, le=1_000, description="days without a purchase: lost")] = 180,
) -> RevenueOut:  # fmt: skip
    """Revenue, orders, new, repeat and lost customers by period, beside last year."""
    span = revenues.span_of(tx, by, zone, first, to)
    rows = await revenues.revenue(tx, span, lost_after_days, segment_id)
    periods = [
        PeriodOut(
            period=period, figures=FiguresOut.model_validate(figures), year_before=FiguresOut.model_validate(before)
        )
        for period, figures, before in rows
    ]
    return RevenueOut(by=by, zone=zone, lost_after_days=lost_after_days, segment_id=segment_id, periods=periods)


@router.get("/insights/cohorts")
async def show_cohorts(
    tx: TxDep, by: Annotated[Literal["week", "month"], Query(description="the length of a period")] = "month",
    zone: Zone = "UTC", first: From = None, to: To = None, segment_id: OfSegment = None,
) -> CohortsOut:  # fmt: skip
    """Customers by the period of their first purchase: how many came again, and what they brought."""
    found = await revenues.cohorts(tx, revenues.span_of(tx, by, zone, first, to), segment_id)
    cohorts = [
        CohortOut(
            period=cohort.period,
            customers=cohort.customers,
            cells=[CohortCellOut(**asdict(cell), share=cell.buyers / cohort.customers) for cell in cohort.cells],
        )
        for cohort in found
    ]
    return CohortsOut(by=by, zone=zone, segment_id=segment_id, cohorts=cohorts)


@router.get("/insights/segments/{segment_id}/sizes")
async def show_sizes(segment_id: UUID, tx: TxDep, by: By = "day", first: From = None, to: To = None) -> SizesOut:
    """How many members a segment had, since it is noted."""
    rows = await spread.sizes_of(tx, segment_id, revenues.span_of(tx, by, "UTC", first, to))
    periods = [SizeOut(period=period, members=members, version=version) for period, members, version in rows]
    return SizesOut(segment_id=segment_id, by=by, periods=periods)


ScoreName = Literal["rfm_group", "r", "f", "m", "spend_percentile", "p_active", "purchases_expected", "clv"]


@router.get("/insights/scores/{score}/distribution")
async def show_distribution(
    score: ScoreName, tx: TxDep, bins: Annotated[int, Query(ge=2, le=100, description="bars of numbers")] = 20
) -> DistributionOut:
    """How a score is spread over all customers: a histogram, mean and quantiles."""
    found = await spread.distribution(tx, score, bins)
    return DistributionOut(
        score=score, customers=found.customers, mean=found.mean, quantiles=found.quantiles,
        bars=[BarOut.model_validate(bar) for bar in found.bars],
    )  # fmt: skip


@router.get("/insights/profitability")
async def show_profitability(
    tx: TxDep, context: ContextDep, first: From = None, to: To = None, segment_id: OfSegment = None
) -> ProfitabilityOut:
    """What customers brought and cost, by tenths: who earns, who loses, and what is not known. The last year."""
    span = profits.span_of(tx, first, to, _prices(context))
    tenths = await profits.of_all(tx, span, segment_id)
    shown, so_far = [], 0
    for tenth in tenths:
        so_far += tenth.ledgers.contribution
        shown.append(
            TenthOut(
                customers=tenth.customers, contribution=tenth.ledgers.contribution, so_far=so_far,
                revenue=tenth.ledgers.revenue, losing=tenth.losing,
            )
        )  # fmt: skip
    return ProfitabilityOut(
        since=span.since,
        until=span.until,
        segment_id=segment_id,
        customers=sum(tenth.customers for tenth in tenths),
        ledgers=LedgersOut.model_validate(total(tenth.ledgers for tenth in tenths)),
        losing=sum(tenth.losing for tenth in tenths),
        losses=sum(tenth.losses for tenth in tenths),
        tenths=shown,
    )


@router.get("/customers/{customer_id}/profitability")
async def show_profitability_of_customer(
    customer_id: UUID, tx: TxDep, context: ContextDep, first: From = None, to: To = None
) -> CustomerProfitabilityOut:
    """What one customer brought and cost. The last year, unless days are given."""
    span = profits.span_of(tx, first, to, _prices(context))
    found = await profits.of_customer(tx, customer_id, span)
    return CustomerProfitabilityOut(
        customer_id=customer_id, since=span.since, until=span.until, ledgers=LedgersOut.model_validate(found)
    )


def _prices(context: AppContext) -> dict[str, int]:
    return cast(Settings, context.settings).contact_costs
