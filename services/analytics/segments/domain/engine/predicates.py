"""Comparisons as fast closures. A missing value, or one of another type, makes every comparison false."""

import operator
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import DATES, Type
from services.analytics.segments.domain.instants import parse_instant
from services.analytics.segments.domain.language.nodes import All, AnyOf, Bound, Comparison, Node, Not
from services.analytics.segments.domain.quantities import tidy

Predicate = Callable[[object], bool]
LARGEST = 2**53
Where = Callable[[Mapping[str, object]], bool]

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
    "before": operator.lt, "after": operator.gt,
}  # fmt: skip


def fold(text: str) -> str:
    """A text without its case, for `ci`; both sides are folded alike."""
    return unicodedata.normalize("NFC", text.casefold())


def reader_of(kind: Type) -> Callable[[object], object]:
    """A function that gives a value of the type, or None when it is missing or of another type."""
    if kind in (Type.INTEGER, Type.MONEY):
        return whole
    if kind is Type.NUMBER:
        return lambda value: value if type(value) in (int, float) else None
    if kind is Type.QUANTITY:
        return quantity
    if kind is Type.BOOLEAN:
        return lambda value: value if type(value) is bool else None
    if kind is Type.STRINGS:
        return _texts
    return parse_instant if kind in DATES else lambda value: value if type(value) is str else None


def whole(value: object) -> int | None:
    """An integer that every part of the way carries exactly (2**53), else None."""
    return value if type(value) is int and -LARGEST <= value <= LARGEST else None


def quantity(value: object) -> int | float | None:
    """A number to six decimals."""
    if type(value) is float:
        return tidy(value) if -LARGEST <= value <= LARGEST else None
    return whole(value)


def _texts(value: object) -> object:
    if isinstance(value, list | tuple) and all(type(item) is str for item in value):
        return value
    return None


def predicate(test: Comparison) -> Predicate:
    """The comparison as a function of the value, which may be None (missing)."""
    read = reader_of(test.type)
    if test.op == "exists":
        return lambda value: read(value) is not None
    if test.op == "missing":
        return lambda value: read(value) is None
    holds = _holds(test)

    def check(value: object) -> bool:
        found = read(value)
        return found is not None and holds(found)

    return check


def _holds(test: Comparison) -> Callable[[Any], bool]:
    """The comparison for a present value of the right type."""
    change: Callable[[str], str] = fold if test.ci else lambda text: text
    wanted = _map(test.value, change)
    if test.op in ("has_any", "has_all"):
        return _list_test(test.op, frozenset(wanted), change)
    if test.op in ("in", "nin"):
        members, inside = frozenset(wanted), test.op == "in"
        return lambda value: (_map(value, change) in members) is inside
    if test.op == "between":
        low, high = wanted
        return lambda value: low <= value <= high
    if test.op in ("contains", "startswith"):
        return _text_test(test.op, str(wanted), change)
    order = _ORDERS[test.op]
    if test.ci:
        return lambda value: order(_map(value, change), wanted)
    return lambda value: order(value, wanted)


def _map(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_map(item, change) for item in value)
    return change(value) if isinstance(value, str) else value


def _text_test(op: str, wanted: str, change: Callable[[str], str]) -> Callable[[object], bool]:
    if op == "contains":
        return lambda value: wanted in change(str(value))
    return lambda value: change(str(value)).startswith(wanted)


def _list_test(op: str, wanted: frozenset[str], change: Callable[[str], str]) -> Callable[[object], bool]:
    def held(value: Any) -> set[str]:
        return {change(item) for item in value}

    if op == "has_any":
        return lambda value: not wanted.isdisjoint(held(value))
    return lambda value: wanted <= held(value)


def where(node: Node | None) -> Where | None:
    """A `where` tree as a function of an event's properties; None when every event matches."""
    match node:
        case None:
            return None
        case All(children):
            parts = [_required(child) for child in children]
            return lambda props: all(part(props) for part in parts)
        case AnyOf(children):
            choices = [_required(child) for child in children]
            return lambda props: any(part(props) for part in choices)
        case Not(child):
            inner = _required(child)
            return lambda props: not inner(props)
        case Comparison(name):
            check = predicate(node)
            return lambda props: check(props.get(name))
    raise TypeError(f"no condition on properties: {node!r}")


def _required(node: Node) -> Where:
    found = where(node)
    assert found is not None
    return found


def compares(op: str, value: Bound) -> Callable[[int | float, int], bool]:
    """An aggregate `total / n` against a constant, exactly: compares total with value * n."""
    if isinstance(value, tuple):
        low, high = value
        return lambda total, n: _times(low, n) <= total <= _times(high, n)
    order, wanted = _ORDERS[op], value
    if isinstance(wanted, int):
        return lambda total, n: order(total, wanted * n)
    return lambda total, n: order(total, _times(wanted, n))


def _times(value: int | float, n: int) -> int | float:
    found = value * n
    return found if type(found) is int else tidy(round(found, 6))
