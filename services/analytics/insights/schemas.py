"""What HTTP sees of insights. Money is in minor units of the base currency."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

UnitName = Literal["day", "week", "month"]


class FiguresOut(BaseModel):
    """What was sold in a period, and to whom."""

    model_config = ConfigDict(from_attributes=True)

    revenue: int = Field(description="gross less returned")
    gross: int = Field(description="purchases of a known value")
    returned: int = Field(description="returns that were recorded in the period, whenever the purchase was")
    orders: int = Field(description="purchases")
    unvalued: int = Field(description="those of them whose currency had no rate: their money is in no sum")
    buyers: int = Field(description="customers who bought")
    new: int = Field(description="those of them who bought for the first time")
    repeat: int = Field(description="those of them who had bought in an earlier period")
    goods: int = Field(description="known costs of the goods sold, less those of goods returned")
    uncosted: int = Field(description="what was sold on lines without a known cost")
    margin: int | None = Field(description="revenue less goods; null while anything is uncosted")
    lost: int = Field(description="customers whose `lost_after_days` days without a purchase ended in the period")


class PeriodOut(BaseModel):
    """A period beside the same one of the year before."""

    period: date = Field(description="its first day in the zone; a week begins on Monday")
    figures: FiguresOut = Field(description="of this period; of the running one up to now")
    year_before: FiguresOut = Field(description="of the same month a year before; of days and weeks 52 weeks before")


class RevenueOut(BaseModel):
    """Revenue and customers by period, straight from the facts."""

    by: UnitName = Field(description="the length of a period")
    zone: str = Field(description="the time zone whose calendar counts")
    lost_after_days: int = Field(description="days without a purchase after which a customer counts as lost")
    segment_id: UUID | None = Field(description="whose present members are looked at; null for everybody")
    periods: list[PeriodOut] = Field(description="the oldest first, also those in which nothing happened")


class CohortCellOut(BaseModel):
    """A cohort so many periods after its first."""

    model_config = ConfigDict(from_attributes=True)

    offset: int = Field(description="periods after the first purchase; 0 is the cohort's own")
    buyers: int = Field(description="customers of the cohort who bought in it")
    share: float = Field(description="the same as a share of the cohort")
    revenue: int = Field(description="what the cohort bought in it, less what it returned")


class CohortOut(BaseModel):
    """Customers whose first purchase was in one period."""

    period: date = Field(description="the period of their first purchase")
    customers: int = Field(description="how many they are")
    cells: list[CohortCellOut] = Field(description="the periods in which anything happened")


class CohortsOut(BaseModel):
    """Who came when, and came again."""

    by: UnitName = Field(description="the length of a period")
    zone: str = Field(description="the time zone whose calendar counts")
    segment_id: UUID | None = Field(description="whose present members are looked at; null for everybody")
    cohorts: list[CohortOut] = Field(description="the oldest first")


class SizeOut(BaseModel):
    """A segment at the end of a period."""

    period: date = Field(description="its first day, UTC")
    members: int | None = Field(description="members at its end, so far; null before the first note")
    version: int | None = Field(description="the version that answered: a step may be a new definition")


class SizesOut(BaseModel):
    """How many members a segment had."""

    segment_id: UUID = Field(description="the segment")
    by: UnitName = Field(description="the length of a period")
    periods: list[SizeOut] = Field(description="the oldest first")


class BarOut(BaseModel):
    """One bar of a histogram."""

    model_config = ConfigDict(from_attributes=True)

    customers: int = Field(description="how many there are")
    low: float | None = Field(description="the lower end; null for a bar of one value")
    high: float | None = Field(description="the upper end, which belongs to the next bar, in the last one to itself")
    value: str | None = Field(description="the value, of scores that have few")


class DistributionOut(BaseModel):
    """How a score is spread over all customers who have it."""

    model_config = ConfigDict(from_attributes=True)

    score: str = Field(description="the score")
    customers: int = Field(description="customers who have it")
    mean: float | None = Field(description="the mean; null of names")
    quantiles: dict[str, float] = Field(description="by share of customers below: 0.1, 0.25, 0.5, 0.75, 0.9, 0.99")
    bars: list[BarOut] = Field(
        description="bins of equal width up to the 99th percentile, the last with all beyond; or one for each value"
    )


class LedgersOut(BaseModel):
    """What was brought, and what it cost. Unknown costs are told, not guessed."""

    model_config = ConfigDict(from_attributes=True)

    orders: int = Field(description="purchases")
    revenue: int = Field(description="purchases less returns")
    goods: int = Field(description="cost of goods, where lines name it, less that of what came back")
    uncosted: int = Field(description="sold on lines that name no cost of goods")
    reaching: int = Field(description="messages and contacts that the firm began, by `CONTACT_COSTS`")
    serving: int = Field(description="contacts that the customer began, by the same")
    unpriced: int = Field(description="contacts and messages over channels whose cost is not set")
    contribution: int = Field(description="revenue less all costs that are known: the profit is at most that")
    profit: int | None = Field(description="the same where every cost is known, else null")


class CustomerProfitabilityOut(BaseModel):
    """What one customer brought and cost."""

    customer_id: UUID = Field(description="the customer, with all that were merged into it")
    since: datetime = Field(description="from then on")
    until: datetime = Field(description="up to then")
    ledgers: LedgersOut = Field(description="the sums")


class TenthOut(BaseModel):
    """A tenth of the customers."""

    customers: int = Field(description="how many they are")
    contribution: int = Field(description="what they left together")
    so_far: int = Field(description="what they and all before them left: the whale curve, which falls at a loss")
    revenue: int = Field(description="what they bought, net of returns")
    losing: int = Field(description="those of them who cost more than they brought")


class ProfitabilityOut(BaseModel):
    """What customers brought and cost, and who of them."""

    since: datetime = Field(description="from then on")
    until: datetime = Field(description="up to then")
    segment_id: UUID | None = Field(description="whose present members are looked at; null for everybody")
    customers: int = Field(description="customers with a purchase, return, contact or message in the span")
    ledgers: LedgersOut = Field(description="of all of them together")
    losing: int = Field(description="customers who cost more than they brought, by known costs")
    losses: int = Field(description="what those cost more, below zero")
    tenths: list[TenthOut] = Field(description="from those who left the most to those who left the least")
