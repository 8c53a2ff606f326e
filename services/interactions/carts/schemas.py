"""Carts over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from services.interactions.carts.domain import Cart, CartState
from shared.web.models import AnswerModel

CartFilter = Literal["open", "ordered", "abandoned", "empty"]


class CartProductOut(AnswerModel):
    """A product in a cart."""

    product_id: str | None = Field(description="as the shop names it; null where it did not say")
    pieces: float = Field(description="how many of it")


class CartOut(AnswerModel):
    """A cart as its events make it."""

    customer_id: UUID = Field(description="whose it is")
    cart_id: str = Field(description="as the shop names it")
    state: CartState = Field(
        description="open; ordered: an order came after it was touched last; abandoned: it was left; empty: left, and "
        "nothing lies in it"
    )
    channel: str = Field(description="where it was touched last")
    products: list[CartProductOut] = Field(description="what lies in it, or lay in it when it was ordered")
    checkout: bool = Field(description="the checkout was begun")
    opened_at: datetime = Field(description="its first event")
    touched_at: datetime = Field(description="its last event")
    ordered_at: datetime | None = Field(description="the order that ended it last")
    told_at: datetime | None = Field(description="when others were told that it was abandoned")

    @classmethod
    def of(cls, cart: Cart) -> Self:
        """The answer that shows it."""
        products = [CartProductOut(product_id=name or None, pieces=pieces) for name, pieces in cart.products.items()]
        named = {name: getattr(cart, name) for name in cls.model_fields if name != "products"}
        return cls(**named, products=products)
