"""What HTTP sees of cross-selling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Product = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class BasketIn(BaseModel):
    """A basket as it stands at the till or in the shop."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"products": ["p-1", "p-2"], "most": 3}]})

    products: list[Product] = Field(min_length=1, max_length=200, description="products in it")
    most: int = Field(5, ge=1, le=30, description="how many offers at most")


class SuggestionReasonOut(BaseModel):
    """The pair that speaks most for an offer."""

    model_config = ConfigDict(from_attributes=True)

    product: str = Field(description="the product held")
    baskets: int = Field(description="baskets of the last two years with both")
    confidence: float = Field(description="share of the baskets with `product` that have the offered one too")
    lift: float = Field(description="how much oftener that is than by chance")


class OfferOut(BaseModel):
    """A product to offer."""

    model_config = ConfigDict(from_attributes=True)

    product: str = Field(description="the product")
    score: float = Field(description="confidence times the root of lift, summed over the products held")
    because: SuggestionReasonOut = Field(description="the pair that speaks most for it")


class OffersOut(BaseModel):
    """Products that go with those held, none of which is among them."""

    offers: list[OfferOut] = Field(description="the best first; empty when nothing goes with them")
    counted_at: datetime | None = Field(description="purchases up to then were counted; null before the first count")
