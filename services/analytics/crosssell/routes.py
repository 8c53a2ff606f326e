"""Cross-selling over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import Path, Query

from services.analytics.crosssell.cache import PairCache
from services.analytics.crosssell.domain import Offer
from services.analytics.crosssell.schemas import BasketIn, OfferOut, OffersOut
from services.analytics.crosssell.service import CrossSell
from shared.web import APIRouter, ContextDep, requires
from shared.web.context import AppContext

router = APIRouter(tags=["cross-sell"], dependencies=[requires("analytics:read")])

Most = Annotated[int, Query(ge=1, le=30, description="how many offers at most")]


@router.post("/cross-sell")
async def offer_beside_basket(body: BasketIn, context: ContextDep) -> OffersOut:
    """What to offer beside a basket, by what is bought together. Nothing is changed."""
    return _out(*await _of(context).beside(body.products, body.most))


@router.get("/products/{product}/cross-sell")
async def offer_beside_product(
    product: Annotated[str, Path(max_length=200, description="a product")], context: ContextDep, most: Most = 5
) -> OffersOut:
    """What goes with one product."""
    return _out(*await _of(context).beside([product], most))


@router.get("/customers/{customer_id}/cross-sell")
async def offer_to_customer(customer_id: UUID, context: ContextDep, most: Most = 5) -> OffersOut:
    """What goes with what a customer bought in the last year, and was not among it."""
    return _out(*await _of(context).for_customer(customer_id, most))


def _of(context: AppContext) -> CrossSell:
    found = context.extras.get("crosssell")
    if found is None:
        cache = PairCache(context.redis, context.settings.topic_prefix)
        found = context.extras["crosssell"] = CrossSell(context.database, cache)
    return cast(CrossSell, found)


def _out(found: list[Offer], counted_at: datetime | None) -> OffersOut:
    return OffersOut(offers=[OfferOut.model_validate(offer) for offer in found], counted_at=counted_at)
