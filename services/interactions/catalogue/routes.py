"""The catalogue: batches of products in, products, prices and unknown ids out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query

from services.interactions.catalogue import service
from services.interactions.catalogue.schemas import (
    PriceOut,
    PricesOut,
    ProductOut,
    ProductsIn,
    ProductsPut,
    UnknownOut,
)
from services.interactions.config import Settings
from services.interactions.rates.service import base_currency_now
from shared.web import MIB, APIRouter, TxDep, body_limit, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/products", tags=["catalogue"])
ProductId = Annotated[
    str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$", description="as purchases name it")
]
Filter = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")]
SettingsDep = Annotated[Settings, Depends(app_settings)]
_READS = [requires("catalogue:read")]
_WRITES = [requires("catalogue:write")]


@router.put("", dependencies=[*_WRITES, body_limit(4 * MIB)])
async def put_products(tx: TxDep, settings: SettingsDep, body: ProductsIn) -> ProductsPut:
    """Put up to 500 products into the catalogue, each whole. One fault refuses all of them."""
    base = await base_currency_now(tx, settings.base_currency)
    products = [product.product(base, tx.now) for product in body.products]
    return ProductsPut(products=len(products), changed=await service.put_products(tx, products))


@router.get("", dependencies=_READS)
async def list_products(
    tx: TxDep,
    category: Annotated[Filter, Query(description="this one and those below it")] = None,
    brand: Annotated[Filter, Query(description="of this maker")] = None,
    withdrawn: Annotated[bool, Query(description="those that are sold no more as well")] = False,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ProductOut]:
    """Products with their prices of now, by id."""
    found = await service.list_products(
        tx, _id_in(after), limit + 1, category=category, brand=brand, withdrawn=withdrawn
    )
    cursor = encode_cursor({"product": found[limit - 1].product_id}) if len(found) > limit else None
    return Page(items=[ProductOut.of(product) for product in found[:limit]], next=cursor)


@router.get("/unknown", dependencies=_READS)
async def list_unknown(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[UnknownOut]:
    """Ids that purchases name and the catalogue does not know: their margin is unknown, and never 0."""
    found = await service.list_unknown(tx, _id_in(after), limit + 1)
    cursor = encode_cursor({"product": found[limit - 1].product_id}) if len(found) > limit else None
    return Page(items=[UnknownOut.of(unknown) for unknown in found[:limit]], next=cursor)


@router.get("/{product_id}", dependencies=_READS)
async def read(tx: TxDep, product_id: ProductId) -> ProductOut:
    """One product with its price of now."""
    return ProductOut.of(await service.read_product(tx, product_id))


@router.get("/{product_id}/prices", dependencies=_READS)
async def read_prices(tx: TxDep, product_id: ProductId) -> PricesOut:
    """Every price and cost that the product has had."""
    return PricesOut(items=[PriceOut.of(price) for price in await service.read_prices(tx, product_id)])


@router.delete("/{product_id}", status_code=204, dependencies=_WRITES)
async def withdraw(tx: TxDep, product_id: ProductId) -> None:
    """Sell it no more. What was bought of it stays, and putting it again brings it back."""
    await service.withdraw_product(tx, product_id)


def _id_in(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    found = decode_cursor(cursor).get("product")
    if not isinstance(found, str) or "\x00" in found:
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after")
    return found
