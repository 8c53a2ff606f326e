"""Keep the catalogue, tell others of it, and complete the lines of baskets by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar, cast

from services.interactions.catalogue import repository
from services.interactions.catalogue.domain import Price, Product, UnknownProduct, faults_of, line_cost, subject_of
from services.interactions.catalogue.errors import InvalidProducts, NoSuchProduct
from shared.contracts.inbound import LineIn, is_basket
from shared.contracts.interactions import ProductChanged
from shared.database.transaction import Tx

M = TypeVar("M")


async def put_products(tx: Tx, products: Sequence[Product]) -> int:
    """The catalogue has these as they are here, a price that differs from the present one from its `since` on; others
    are told of each that changed. Returns how many did. Raises InvalidProducts, and then none is kept."""
    if faults := faults_of(products):
        errors = [
            {"where": f"/products/{fault.place}/{fault.field}", "what": fault.what, "cure": fault.cure}
            for fault in faults[:50]
        ]
        raise InvalidProducts("The products are not accepted.", cure="Mend what is named.", errors=errors)
    known = await repository.products_of(tx, [product.product_id for product in products])
    prices = {
        product.product_id: product.price
        for product in products
        if product.price is not None and not _same_price(product.price, known.get(product.product_id))
    }
    changed = [product for product in products if product.product_id in prices or _differs(product, known)]
    if not changed:
        return 0
    await repository.put_products(tx, changed)
    await repository.put_prices(tx, prices)
    await _tell(tx, [product.product_id for product in changed])
    return len(changed)


async def read_product(tx: Tx, product_id: str) -> Product:
    """The product with its price of now. Raises NoSuchProduct."""
    found = await repository.products_of(tx, [product_id])
    if product_id not in found:
        raise NoSuchProduct(
            "The catalogue has no such product.", cure="Look at GET /products.", where="path:product_id"
        )
    return found[product_id]


async def read_prices(tx: Tx, product_id: str) -> list[Price]:
    """Every price of a product, the newest first. Raises NoSuchProduct."""
    await read_product(tx, product_id)
    return await repository.prices_of(tx, product_id)


async def list_products(
    tx: Tx, after: str | None, limit: int, *, category: str | None, brand: str | None, withdrawn: bool
) -> list[Product]:
    """Products by id; a category means those below it as well."""
    return await repository.page_of_products(tx, after, limit, category, brand, withdrawn)


async def list_unknown(tx: Tx, after: str | None, limit: int) -> list[UnknownProduct]:
    """Ids that purchases name and the catalogue does not know."""
    return await repository.page_of_unknown(tx, after, limit)


async def withdraw_product(tx: Tx, product_id: str) -> None:
    """The product is sold no more; what was bought stays. Raises NoSuchProduct."""
    await read_product(tx, product_id)
    await repository.withdraw(tx, product_id)
    await _tell(tx, [product_id])


async def complete_lines(tx: Tx, messages: Sequence[M]) -> list[M]:
    """The same messages; lines of baskets that name no cost have that of their day, and no category, department or
    brand those of the catalogue. Products that it does not know are listed, and their cost stays unknown.

    Where the firm keeps no catalogue, nothing changes.
    """
    baskets = [message for message in messages if is_basket(message)]
    named = {line.product_id for basket in baskets for line in basket.data.lines}
    known = await repository.products_of(tx, named)
    if not known and (not named or await repository.is_empty(tx)):
        return list(messages)
    unknown = Counter(
        line.product_id for basket in baskets for line in basket.data.lines if line.product_id not in known
    )
    if unknown:
        await repository.meet_unknown(tx, unknown)
    wanted = sorted(
        {
            (line.product_id, basket.time.astimezone(UTC))
            for basket in baskets
            for line in basket.data.lines
            if line.cost is None and line.product_id in known
        }
    )
    prices = await repository.prices_at(tx, wanted)

    def completed(message: M) -> M:
        if not is_basket(message):
            return message
        time, currency = message.time.astimezone(UTC), message.data.currency
        lines = [
            _completed(line, known.get(line.product_id), prices.get((line.product_id, time)), currency)
            for line in message.data.lines
        ]
        return cast(M, message.model_copy(update={"data": message.data.model_copy(update={"lines": lines})}))

    return [completed(message) for message in messages]


def _completed(line: LineIn, product: Product | None, price: Price | None, currency: str) -> LineIn:
    if product is None:
        return line
    said = {
        "cost": line_cost(price, line.quantity, currency) if line.cost is None else None,
        "category": product.category if line.category is None else None,
        "department": product.department if line.department is None else None,
        "brand": product.brand if line.brand is None else None,
    }
    return line.model_copy(update={name: value for name, value in said.items() if value is not None})


async def _tell(tx: Tx, ids: Sequence[str]) -> None:
    for product in (await repository.products_of(tx, ids)).values():
        price = product.price
        fact = ProductChanged(
            product_id=product.product_id,
            kind=product.kind,
            name=product.name,
            category=product.category,
            department=product.department,
            brand=product.brand,
            stock=product.stock,
            starts_at=product.starts_at,
            ends_at=product.ends_at,
            substitutes=list(product.substitutes),
            complements=list(product.complements),
            withdrawn=product.withdrawn,
            price=price.price if price else None,
            cost=price.cost if price else None,
            currency=price.currency if price else None,
        )
        tx.publish(fact, subject=subject_of(product.product_id))


def _differs(product: Product, known: dict[str, Product]) -> bool:
    before = known.get(product.product_id)
    return before is None or replace(before, price=None) != replace(product, price=None)


def _same_price(price: Price, known: Product | None) -> bool:
    """A price of now that is the present one already, or one of another day that stands there, is no change."""
    present = known.price if known else None
    if present is None:
        return False
    same = (price.price, price.cost, price.currency) == (present.price, present.cost, present.currency)
    return same and price.since >= present.since


def now_or(since: datetime | None, now: datetime) -> datetime:
    """From when a price holds: from now on, where nobody says it."""
    return since if since is not None else now
