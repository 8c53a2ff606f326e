"""What HTTP sees of scores and fits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Score = Annotated[int, Field(ge=1, le=5)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RfmFitIn(_In):
    """Recency, frequency, money."""

    model: Literal["rfm"] = Field(description="recency, frequency, money")
    scheme: Literal["independent", "nested"] = Field(
        "independent",
        description="independent: each is cut over everybody; nested: orders within each recency bin, and money within"
        " those",
    )


class ValueFitIn(_In):
    """Future value."""

    model: Literal["bgnbd", "mbgnbd"] = Field(
        description="how often customers come again and whether they have left; by `bgnbd` one-time buyers never leave"
    )
    horizon_weeks: float = Field(52.0, gt=0, le=520, description="weeks whose purchases count")
    yearly_discount: float = Field(0.1, ge=0, le=1, description="what money of a year later is worth less")
    margin: float = Field(1.0, gt=0, le=1, description="share of a purchase that is kept; 1 values revenue")
    threshold: float = Field(0.5, gt=0, lt=1, description="probability of being active whose crossing is foretold")


FitIn = Annotated[
    RfmFitIn | ValueFitIn,
    Field(
        discriminator="model",
        examples=[{"model": "mbgnbd", "horizon_weeks": 52, "yearly_discount": 0.1, "margin": 0.35}],
    ),
]


class FitOut(BaseModel):
    """A fit of a model over all customers."""

    id: UUID = Field(description="the fit")
    model: Literal["rfm", "bgnbd", "mbgnbd"] = Field(description="what was fitted")
    state: Literal["waiting", "published", "refused"] = Field(
        description="waiting: not done yet; published: scores are by it; refused: the data do not support it, the"
        " scores of the fit before stand"
    )
    options: dict[str, Any] = Field(description="what was asked for, with the defaults")
    requested_at: datetime = Field(description="when it was asked for")
    requested_by: str = Field(description="the key that asked for it, or `night`")
    as_of: datetime | None = Field(description="facts recorded up to then were looked at")
    finished_at: datetime | None = Field(description="when it was done")
    customers: int | None = Field(description="customers with a purchase who were looked at")
    parameters: dict[str, Any] | None = Field(description="the parameters; null until published")
    quality: dict[str, Any] | None = Field(description="how well it did on purchases that it had not seen")
    reason: str | None = Field(description="why it was refused, as a word")
    detail: str | None = Field(description="why it was refused, with the numbers")


class RfmCellOut(BaseModel):
    """Customers of one recency score, frequency score and group."""

    recency: Score = Field(description="5: bought most lately")
    frequency: Score = Field(description="5: buys most often")
    group: str = Field(description="the named group, `others` when none fits")
    customers: int = Field(description="customers in the cell")
    money: int = Field(description="what they spent net of returns, in minor units of the base currency")
    clv: int | None = Field(description="their future value in minor units; null without a published fit of it")


class GridOut(BaseModel):
    """Recency by frequency. Cells without customers are left out."""

    cells: list[RfmCellOut] = Field(description="best first")
    groups: dict[str, int] = Field(description="customers of each named group")


class ScoresOut(BaseModel):
    """The scores of one customer, by the newest published fits."""

    customer_id: UUID = Field(description="the customer")
    as_of: datetime = Field(description="facts recorded up to then were looked at")
    last_purchase: datetime | None = Field(description="the newest purchase then")
    orders: int | None = Field(description="purchases until then")
    money: int | None = Field(description="spent net of returns, in minor units of the base currency")
    r: Score | None = Field(description="recency, 5 the most lately")
    f: Score | None = Field(description="frequency, 5 the most often")
    m: Score | None = Field(description="money, 5 the most")
    rfm_group: str | None = Field(description="the named group of the three")
    spend_percentile: float | None = Field(
        description="of how many percent of all customers the spending is at most as high; it moves when that has moved"
        " by more than one"
    )
    rfm_fit: UUID | None = Field(description="the fit by which these were made")
    p_active: float | None = Field(description="probability that the customer still is one")
    purchases_expected: float | None = Field(description="days with a purchase expected over the horizon")
    clv: int | None = Field(description="discounted value of those, in minor units of the base currency")
    crosses_at: datetime | None = Field(
        description="when `p_active` falls below the threshold if no purchase comes; null when it never does"
    )
    value_fit: UUID | None = Field(description="the fit by which these were made")
