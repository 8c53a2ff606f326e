"""Filters of ours: money, days, and those of Liquid that would print "None" for what a customer does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision, is_currency
from liquid import Environment, RenderContext
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context
from liquid.undefined import Undefined

# Under which the values of a rendering are kept: no template can speak these names.
NOW, ZONE, LANGUAGE = "\0now", "\0zone", "\0language"
_LARGEST_AMOUNT = Decimal(10) ** 15
_LENGTHS = ("short", "medium", "long", "full")
_ABSENT: Mapping[str, object] = {
    name: [] for name in ("join", "reverse", "sort", "sort_natural", "uniq", "compact", "concat", "map", "where", "sum")
} | dict.fromkeys(("slice", "truncate", "truncatewords", "split"), "")

# For the list of what templates may use.
HELP: Mapping[str, str] = {
    "money": "{{ event.amount | money: event.currency }}: minor units in the customer's language, such as 19,99 €",
    "day": '{{ event.time | day: "long" }}: a date in the customer\'s language; short, medium, long or full',
    "date": '{{ event.time | date: "%d.%m.%Y" }}: by a pattern, in the customer\'s zone',
}


def add_filters(environment: Environment) -> None:
    """Give `environment` ours."""
    for name, instead in _ABSENT.items():
        environment.add_filter(name, _absent_as(environment.filters[name], instead))
    environment.add_filter("money", money)
    environment.add_filter("day", day)
    environment.add_filter("date", formatted)


@with_context
def money(value: object, currency: object = None, *, context: RenderContext) -> str:
    """`{{ event.amount | money: event.currency }}`: whole minor units as people of the customer's language write them.
    Nothing for an amount or a currency that is missing."""
    if _missing(value) or _missing(currency):
        return ""
    code = str(currency)
    if not is_currency(code):
        raise FilterArgumentError(f"money needs a currency such as EUR, not {code[:20]!r}", token=None)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise FilterArgumentError("money needs a whole number of minor units", token=None) from None
    if not amount.is_finite() or abs(amount) > _LARGEST_AMOUNT:
        raise FilterArgumentError("money needs an amount of this world", token=None)
    return format_currency(amount.scaleb(-get_currency_precision(code)), code, locale=_locale(context))


@with_context
def day(value: object, length: object = "medium", *, context: RenderContext) -> str:
    """`{{ customer.birth_date | day: "long" }}`: a date as people of the customer's language write it."""
    if _missing(value):
        return ""
    if length not in _LENGTHS:
        raise FilterArgumentError(f"day is one of {', '.join(_LENGTHS)}", token=None)
    moment = _moment(value, context)
    return str(value) if moment is None else format_date(moment, format=str(length), locale=_locale(context))


@with_context
def formatted(value: object, pattern: object = "%Y-%m-%d", *, context: RenderContext) -> str:
    """`{{ event.time | date: "%d.%m.%Y" }}`, in the customer's zone. What is no date stays as it is."""
    if _missing(value):
        return ""
    moment = _moment(value, context)
    if moment is None or _missing(pattern):
        return str(value)
    try:
        return moment.strftime(str(pattern))
    except ValueError as error:
        raise FilterArgumentError(str(error), token=None) from error


def _moment(value: object, context: RenderContext) -> datetime | None:
    """A date is midnight; a moment is told in the customer's zone."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # a day has no zone
    if value in ("now", "today"):
        value = context.globals.get(NOW)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    zone = _zone(context.globals.get(ZONE))
    return value.astimezone(zone) if value.tzinfo is not None and zone is not None else value


def _missing(value: object) -> bool:
    return value is None or value == "" or isinstance(value, Undefined)


def _absent_as(original: Callable[..., Any], instead: object) -> Callable[..., Any]:
    def filtered(value: object, *args: Any, **kwargs: Any) -> Any:
        return original(instead if value is None or isinstance(value, Undefined) else value, *args, **kwargs)

    filtered.__dict__.update(original.__dict__)
    return filtered


def _locale(context: RenderContext) -> Locale:
    return _locale_of(str(context.globals.get(LANGUAGE) or "en"))


@lru_cache(maxsize=256)
def _locale_of(language: str) -> Locale:
    for name in (language, language.partition("-")[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=1024)
def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (KeyError, ValueError, OSError):
        return None
