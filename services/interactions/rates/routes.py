"""HTTP doors of the base currency and of rates to it: set them, list them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from services.interactions.rates.schemas import BaseCurrencyIn, BaseCurrencyOut, RateModel, RatesIn, RatesSet
from services.interactions.rates.service import (
    base_currency_now,
    get_base_currency,
    read_rates,
    set_base_currency,
    set_rates,
)
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/rates", tags=["operations"], dependencies=[requires("operations")])

base_currency = APIRouter(prefix="/base-currency", tags=["base currency"])


@base_currency.get("", dependencies=[requires("interactions:read")])
async def read_base_currency(tx: TxDep, context: ContextDep) -> BaseCurrencyOut:
    """The currency in which the firm counts, and whether it can still be changed."""
    return BaseCurrencyOut.of(await get_base_currency(tx), context.settings.base_currency)


@base_currency.put("", dependencies=[requires("operations")])
async def put_base_currency(tx: TxDep, context: ContextDep, caller: CallerDep, body: BaseCurrencyIn) -> BaseCurrencyOut:
    """Set it, for the next purchase on, without a restart. Rates to the currency before are forgotten. Refused once
    something was bought: its value is kept in the base currency, which stays."""
    usual = context.settings.base_currency
    return BaseCurrencyOut.of(await set_base_currency(tx, body.currency, usual, by=caller.id), usual)


@router.put("")
async def put_rates(tx: TxDep, context: ContextDep, body: RatesIn) -> RatesSet:
    """Set rates; events recorded from now on are valued by them."""
    base = await base_currency_now(tx, context.settings.base_currency)
    await set_rates(tx, base, [rate.to_domain() for rate in body.rates])
    return RatesSet(rates=len(body.rates))


@router.get("")
async def get_rates(
    tx: TxDep,
    currency: Annotated[str | None, Query(pattern=r"^[A-Z]{3}$")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RateModel]:
    """The rates, by currency and day."""
    found = await read_rates(tx, currency, _key_in(after), limit + 1)
    shown = found[:limit]
    last = encode_cursor({"currency": shown[-1].currency, "day": shown[-1].day}) if len(found) > limit else None
    return Page(items=[RateModel.of(rate) for rate in shown], next=last)


def _key_in(cursor: str | None) -> tuple[str, date] | None:
    if cursor is None:
        return None
    try:
        key = decode_cursor(cursor)
        return str(key["currency"]), date.fromisoformat(key["day"])
    except (KeyError, ValueError, TypeError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
