"""The catalogue over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from services.interactions.catalogue.domain import Kind, Price, Product, UnknownProduct
from services.interactions.catalogue.service import now_or
from shared.contracts.inbound import Code, Currency, Text
from shared.contracts.times import Instant
from shared.web.models import AnswerModel, StrictModel

Minor = Annotated[int, Field(ge=0, le=10**13)]
Url = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00]+$")]


class ProductIn(StrictModel):
    """A product as it is from now on; what is left out is unknown."""

    product_id: Code = Field(description="as purchases name it", examples=["apple"])
    kind: Kind = Field("product", description="what it is")
    name: Text = Field(description="as customers know it", examples=["Red apples, 1 kg"])
    category: Code | None = Field(None, description="a path, the widest first", examples=["Fruit/Apples"])
    department: Code | None = Field(None, description="of the firm")
    brand: Code | None = Field(None, description="of the maker")
    price: Minor | None = Field(None, description="of one piece, in minor units", examples=[299])
    cost: Minor | None = Field(None, description="to the firm, of one piece, in minor units", examples=[180])
    currency: Currency | None = Field(None, description="of price and cost; the base currency when absent")
    since: Instant | None = Field(None, description="from when price and cost hold; from now on when absent")
    stock: Annotated[float, Field(ge=0, le=10**9)] | None = Field(None, description="pieces at hand")
    starts_at: Instant | None = Field(None, description="not sold before")
    ends_at: Instant | None = Field(None, description="not sold after")
    url: Url | None = Field(None, description="its page")
    image: Url | None = Field(None, description="its picture")
    substitutes: Annotated[list[Code], Field(max_length=50)] = Field([], description="ids of what may replace it")
    complements: Annotated[list[Code], Field(max_length=50)] = Field([], description="ids of what goes with it")

    def product(self, base_currency: str, now: datetime) -> Product:
        """The product that this says."""
        price = None
        if self.price is not None or self.cost is not None:
            price = Price(now_or(self.since, now), self.price, self.cost, self.currency or base_currency)
        return Product(
            product_id=self.product_id,
            kind=self.kind,
            name=self.name,
            category=self.category,
            department=self.department,
            brand=self.brand,
            stock=self.stock,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            url=self.url,
            image=self.image,
            substitutes=self.substitutes,
            complements=self.complements,
            withdrawn=False,
            price=price,
        )


class ProductsIn(StrictModel):
    """Up to 500 products."""

    products: Annotated[list[ProductIn], Field(min_length=1, max_length=500)] = Field(
        description="each whole, as it is from now on"
    )


class ProductsPut(AnswerModel):
    """What became of a batch."""

    products: int
    changed: int = Field(description="of which others were told")


class PriceOut(AnswerModel):
    """A price from a day on."""

    since: datetime
    price: int | None
    cost: int | None
    currency: str

    @classmethod
    def of(cls, price: Price) -> Self:
        """The answer that shows it."""
        return cls(since=price.since, price=price.price, cost=price.cost, currency=price.currency)


class PricesOut(AnswerModel):
    """Every price of a product, the newest first."""

    items: list[PriceOut]


class ProductOut(AnswerModel):
    """A product with its price of now."""

    product_id: str
    kind: Kind
    name: str
    category: str | None
    department: str | None
    brand: str | None
    price: PriceOut | None
    stock: float | None
    starts_at: datetime | None
    ends_at: datetime | None
    url: str | None
    image: str | None
    substitutes: list[str]
    complements: list[str]
    withdrawn: bool

    @classmethod
    def of(cls, product: Product) -> Self:
        """The answer that shows it."""
        return cls(
            product_id=product.product_id,
            kind=product.kind,
            name=product.name,
            category=product.category,
            department=product.department,
            brand=product.brand,
            price=PriceOut.of(product.price) if product.price else None,
            stock=product.stock,
            starts_at=product.starts_at,
            ends_at=product.ends_at,
            url=product.url,
            image=product.image,
            substitutes=list(product.substitutes),
            complements=list(product.complements),
            withdrawn=product.withdrawn,
        )


class UnknownOut(AnswerModel):
    """An id that purchases name and the catalogue does not know."""

    product_id: str
    lines: int = Field(description="of baskets that named it since the catalogue was begun")
    first_seen: datetime
    last_seen: datetime

    @classmethod
    def of(cls, unknown: UnknownProduct) -> Self:
        """The answer that shows it."""
        return cls(
            product_id=unknown.product_id,
            lines=unknown.lines,
            first_seen=unknown.first_seen,
            last_seen=unknown.last_seen,
        )
