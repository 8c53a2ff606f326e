"""Rates as HTTP takes and shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from services.interactions.rates.domain import Rate
from shared.contracts.times import Day


class RateModel(BaseModel):
    """The price of one whole unit of `currency` on `day`, in whole units of the base currency, as a decimal string."""

    model_config = ConfigDict(extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    day: Day
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
