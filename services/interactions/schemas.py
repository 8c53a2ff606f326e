"""What HTTP sees."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.interactions.domain.rates import Rate
from services.interactions.domain.timeline import Count, Interaction
from services.interactions.service.publishing import Faulty, HistorySummary, Ready


class FaultOut(BaseModel):
    """One thing wrong with an event."""

    reason: str
    where: str = Field(description="JSON pointer into the event")
    what: str
    cure: str


class EventAccepted(BaseModel):
    """The event is durable and will be recorded once."""

    message_id: str
    customer_id: UUID = Field(description="the customer it is about, as far as known at the door")


class ItemResult(BaseModel):
    """What became of one item of a batch."""

    index: int
    status: Literal["accepted", "refused"]
    message_id: str | None
    customer_id: UUID | None = None
    errors: list[FaultOut] = []

    @classmethod
    def of(cls, index: int, result: Ready | Faulty) -> Self:
        """From the use case's answer."""
        if isinstance(result, Ready):
            return cls(index=index, status="accepted", message_id=result.message_id, customer_id=result.customer_id)
        faults = [FaultOut(**fault) for fault in result.errors]
        return cls(index=index, status="refused", message_id=result.message_id, errors=faults)


class BatchResult(BaseModel):
    """One result per item, in order."""

    accepted: int
    refused: int
    results: list[ItemResult]


class LineRefused(BaseModel):
    """A line that was not accepted."""

    line: int = Field(description="from 1")
    errors: list[FaultOut]


class HistoryResult(BaseModel):
    """What became of a history: lines = accepted + refused + blank ones."""

    lines: int
    accepted: int
    refused: int
    errors: list[LineRefused] = Field(description="of the first 1,000 refused lines")
    errors_left_out: int

    @classmethod
    def of(cls, summary: HistorySummary) -> Self:
        """From the use case's answer."""
        return cls(
            lines=summary.lines,
            accepted=summary.accepted,
            refused=summary.refused,
            errors_left_out=summary.errors_left_out,
            errors=[
                LineRefused(line=one.place, errors=[FaultOut(**fault) for fault in one.errors])
                for one in summary.errors
            ],
        )


class InteractionOut(BaseModel):
    """One interaction. Amounts are integer minor units; `detail` holds what is particular to the kind."""

    id: UUID
    customer_id: UUID = Field(description="the id under which it was recorded; an alias after a merge")
    time: datetime
    recorded_at: datetime
    kind: str
    channel: str
    origin: str
    publisher: str
    message_id: str | None
    campaign_id: UUID | None
    currency: str | None
    amount: int | None
    base_amount: int | None = Field(description="in the base currency; null when no rate was known")
    cause: UUID | None = Field(description="the event of another service that led to it")
    detail: dict[str, Any]

    @classmethod
    def of(cls, interaction: Interaction) -> Self:
        """From the domain's object."""
        return cls(**asdict(interaction))


class CountOut(BaseModel):
    """Interactions of one kind and origin."""

    kind: str
    origin: str
    interactions: int
    unvalued: int = Field(description="baskets without an amount in the base currency")
    base_amount: int

    @classmethod
    def of(cls, count: Count) -> Self:
        """From the domain's object."""
        return cls(**asdict(count))


class StatsOut(BaseModel):
    """Counts of a period."""

    since: datetime
    until: datetime
    interactions: int
    counts: list[CountOut]


class RateModel(BaseModel):
    """The price of one whole unit of `currency` on `day`, in whole units of the base currency, as a decimal string."""

    model_config = ConfigDict(extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    day: date
    rate: Decimal = Field(max_digits=30)

    def to_domain(self) -> Rate:
        """As the rules see it."""
        return Rate(self.currency, self.day, self.rate)

    @classmethod
    def of(cls, rate: Rate) -> Self:
        """From the domain's object."""
        return cls(currency=rate.currency, day=rate.day, rate=rate.rate)


class RatesIn(BaseModel):
    """Rates to set; one that exists for the same currency and day is replaced."""

    model_config = ConfigDict(extra="forbid")

    rates: list[RateModel] = Field(min_length=1, max_length=1_000)


class RatesSet(BaseModel):
    """How many were set."""

    rates: int
