"""Parses `op` and `value` of a comparison by the type of what is compared."""

from collections.abc import Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import DATES, NUMERIC, Type
from services.analytics.segments.domain.language.nodes import Comparison, Scalar, Value
from services.analytics.segments.domain.language.reading import Reader, name_of, shown
from services.analytics.segments.domain.quantities import tidy

PRESENCE = frozenset({"exists", "missing"})
ORDER = frozenset({"lt", "lte", "gt", "gte", "between"})
NUMBER_OPS = ORDER | {"eq", "ne"}

OPERATORS: Mapping[Type, frozenset[str]] = {
    Type.STRING: PRESENCE | {"eq", "ne", "in", "nin", "contains", "startswith"},
    Type.BOOLEAN: PRESENCE | {"eq", "ne"},
    Type.STRINGS: PRESENCE | {"has_any", "has_all"},
    **{kind: PRESENCE | NUMBER_OPS | {"in", "nin"} for kind in NUMERIC},
    **{kind: PRESENCE | {"eq", "ne", "before", "after", "between"} for kind in DATES},
}
_SETS = frozenset({"in", "nin", "has_any", "has_all"})


def read_comparison(reader: Reader, raw: Mapping[str, Any], path: str, name: str, kind: Type) -> Comparison | None:
    """The comparison that `op`, `value` and `ci` of an object describe; None when there were problems."""
    op = reader.choice(raw.get("op"), f"{path}/op", OPERATORS[kind])
    if op is None:
        return None
    ci = _ignores_case(reader, raw, path, kind, op)
    if op in PRESENCE:
        if "value" in raw:
            reader.wrong(f"{path}/value", f"{op!r} compares with nothing", "remove the value")
        return Comparison(name, kind, op)
    if "value" not in raw:
        reader.wrong(path, "key 'value' is absent", "add the value to compare with")
        return None
    value = _value(reader, raw["value"], f"{path}/value", kind, op)
    return None if value is None else Comparison(name, kind, op, value, ci)


def _ignores_case(reader: Reader, raw: Mapping[str, Any], path: str, kind: Type, op: str) -> bool:
    ci = raw.get("ci", False)
    if not isinstance(ci, bool):
        reader.wrong(f"{path}/ci", f"expected true or false, found {name_of(ci)}", "write true to ignore case")
    elif ci and (kind not in (Type.STRING, Type.STRINGS) or op in PRESENCE):
        reader.wrong(f"{path}/ci", "only texts have a case to ignore", "remove 'ci'")
    return ci is True


def _value(reader: Reader, raw: object, path: str, kind: Type, op: str) -> Value:
    if op in _SETS:
        return _set(reader, raw, path, kind)
    if op == "between":
        return read_range(reader, raw, path, kind)
    return _scalar(reader, raw, path, kind)


def _set(reader: Reader, raw: object, path: str, kind: Type) -> Value:
    items = reader.items(raw, path)
    if items is None:
        return None
    found = [_scalar(reader, item, f"{path}/{index}", kind) for index, item in enumerate(items)]
    values: list[Any] = [value for value in found if value is not None]
    return tuple(sorted(set(values))) if len(values) == len(items) else None


def read_range(reader: Reader, raw: object, path: str, kind: Type) -> tuple[Any, Any] | None:
    """Two bounds of `between`, both inside the range."""
    items = reader.items(raw, path, 2, 2)
    if items is None:
        return None
    low, high = (_scalar(reader, item, f"{path}/{index}", kind) for index, item in enumerate(items))
    if low is None or high is None:
        return None
    if low > high:  # type: ignore[operator]
        reader.wrong(path, "the lower bound is above the upper one", "write the lower bound first")
        return None
    return low, high


def _scalar(reader: Reader, raw: object, path: str, kind: Type) -> Scalar | None:
    if kind in (Type.STRING, Type.STRINGS):
        return reader.text(raw, path)
    if kind is Type.BOOLEAN:
        return _boolean(reader, raw, path)
    if kind in DATES:
        return reader.instant(raw, path)
    if kind is Type.NUMBER:
        return reader.number(raw, path)
    if kind is Type.QUANTITY:
        return _quantity(reader, raw, path)
    return _whole(reader, raw, path, kind)


def _boolean(reader: Reader, raw: object, path: str) -> bool | None:
    if isinstance(raw, bool):
        return raw
    reader.wrong(path, f"expected true or false, found {name_of(raw)}", "write true or false")
    return None


def _quantity(reader: Reader, raw: object, path: str) -> int | float | None:
    found = reader.number(raw, path)
    if found is not None and tidy(found) != found:
        reader.wrong(path, f"{shown(raw)} has more than six decimals", "round it to six")
        return None
    return None if found is None else tidy(found)


def _whole(reader: Reader, raw: object, path: str, kind: Type) -> int | None:
    if kind is Type.MONEY and isinstance(raw, str | float):
        reader.wrong(path, f"money is an integer of minor units, found {name_of(raw)}", "write 10000 for 100.00")
        return None
    return reader.integer(raw, path)
