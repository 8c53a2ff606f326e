"""Rates as HTTP takes and shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from services.interactions.rates.domain import BaseCurrency, Rate
from shared.contracts.times import Day, Instant


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


class BaseCurrencyIn(BaseModel):
    """The currency in which the firm counts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"currency": "EUR"}]})

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")


class BaseCurrencyOut(BaseModel):
    """The currency in which the firm counts, and whether it can still be changed."""

    currency: str = Field(description="ISO 4217")
    set_by: Literal["people", "environment"] = Field(description="whose word holds")
    fixed: bool = Field(description="something was bought, whose value is kept in it: it stays")
    changed_at: Instant | None = Field(description="when somebody set it last")
    changed_by: str | None = Field(description="who set it last")

    @classmethod
    def of(cls, kept: BaseCurrency, usual: str) -> Self:
        """What holds; `usual` is the environment's."""
        return cls(
            currency=kept.currency or usual,
            set_by="people" if kept.changed_at is not None else "environment",
            fixed=kept.fixed,
            changed_at=kept.changed_at,
            changed_by=kept.changed_by,
        )
