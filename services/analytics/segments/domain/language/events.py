"""Parses the leaves that look at events: aggregates, first and last, sequences."""

from collections.abc import Mapping
from typing import Any

from services.analytics.segments.domain.catalogue import RETURNS, SUMMABLE, Type
from services.analytics.segments.domain.language.comparisons import NUMBER_OPS, read_comparison, read_range
from services.analytics.segments.domain.language.nodes import (
    RETURNED,
    Aggregate,
    All,
    AnyOf,
    Bound,
    Comparison,
    Edge,
    EdgeAge,
    Fixed,
    Last,
    Leaf,
    Node,
    Not,
    Pattern,
    Sequence,
    Window,
)
from services.analytics.segments.domain.language.reading import Reader, name_of
from services.analytics.segments.domain.language.windows import check_kept, read_window

AGGREGATES = ("count", "sum", "avg", "min", "max", "distinct", RETURNED, "first", "last")
NETTABLE = f"use it with count or sum of {' or '.join(sorted(RETURNS))}"
DEEPEST_WHERE = 4
MOST_COMPARISONS = 20
_DISTINCT = frozenset({Type.STRING, Type.INTEGER, Type.MONEY, Type.QUANTITY})


def read_event(reader: Reader, raw: dict[str, Any], path: str) -> Leaf | None:
    """`{"event": kind, "where": …, "agg": …, …}`: an aggregate, or the first or last matching event."""
    agg = reader.choice(raw.get("agg", "count"), f"{path}/agg", AGGREGATES)
    if agg in ("first", "last"):
        return _edge(reader, raw, path, agg)
    return None if agg is None else _aggregate(reader, raw, path, agg)


def _pattern(reader: Reader, body: Mapping[str, Any], path: str) -> Pattern | None:
    event = reader.known(body["event"], f"{path}/event", "event", reader.catalogue.events)
    if event is None:
        return None
    if "where" not in body:
        return Pattern(event)
    where = _where(reader, body["where"], f"{path}/where", reader.catalogue.events[event], 1)
    if where is not None and _size(where) > MOST_COMPARISONS:
        reader.wrong(f"{path}/where", f"more than {MOST_COMPARISONS} comparisons", "split the segment in two")
    return None if where is None else Pattern(event, where)


def _where(reader: Reader, raw: object, path: str, types: Mapping[str, Type], depth: int) -> Node | None:
    if depth > DEEPEST_WHERE:
        reader.wrong(path, f"nested deeper than {DEEPEST_WHERE}", "flatten the tree")
        return None
    keys = set(raw) if isinstance(raw, dict) else set()
    for word, make in (("all", All), ("any", AnyOf)):
        if word in keys:
            body = reader.mapping(raw, path, [word])
            items = None if body is None else reader.items(body[word], f"{path}/{word}", 0, MOST_COMPARISONS)
            found = [_where(reader, item, f"{path}/{word}/{i}", types, depth + 1) for i, item in enumerate(items or [])]
            children = tuple(child for child in found if child is not None)
            return make(children) if items is not None and len(children) == len(items) else None
    if "not" in keys:
        body = reader.mapping(raw, path, ["not"])
        child = None if body is None else _where(reader, body["not"], f"{path}/not", types, depth + 1)
        return None if child is None else Not(child)
    body = reader.mapping(raw, path, ["prop", "op"], ["value", "ci"])
    name = None if body is None else reader.known(body["prop"], f"{path}/prop", "property", types)
    return None if body is None or name is None else read_comparison(reader, body, path, name, types[name])


def _size(node: Node) -> int:
    match node:
        case All(children) | AnyOf(children):
            return sum(_size(child) for child in children)
        case Not(child):
            return _size(child)
        case _:
            return 1


def _aggregate(reader: Reader, raw: dict[str, Any], path: str, agg: str) -> Aggregate | None:
    needs = ["event", "op", "value"] + ([] if agg == "count" else ["field"])
    body = reader.mapping(raw, path, needs, ["agg", "where", "window", "net"])
    if body is None:
        return None
    pattern = _pattern(reader, body, path)
    window = _window(reader, body, path)
    op = reader.choice(body["op"], f"{path}/op", NUMBER_OPS)
    name = None if agg == "count" or pattern is None else _field(reader, body, path, agg, pattern.event)
    kind = reader.catalogue.events[pattern.event][name] if pattern and name and agg != "distinct" else Type.INTEGER
    if agg == RETURNED:
        kind = Type.QUANTITY  # a share, to six decimals
        if pattern is not None and pattern.event not in RETURNS:
            reader.wrong(f"{path}/event", f"{pattern.event!r} has no returns", f"use {' or '.join(sorted(RETURNS))}")
            return None
    value = None if op is None else _threshold(reader, body["value"], f"{path}/value", agg, op, kind)
    if pattern is None or window is None or op is None or value is None or (name is None and agg != "count"):
        return None
    held = None if name is None else reader.catalogue.events[pattern.event][name]
    return Aggregate(pattern, agg, name, window, op, value, held, _net(reader, body, path, agg, pattern.event))


def _net(reader: Reader, body: Mapping[str, Any], path: str, agg: str, event: str) -> bool:
    """`"net": true`: returns are taken off."""
    net = body.get("net", False)
    if not isinstance(net, bool):
        reader.wrong(f"{path}/net", f"expected true or false, found {name_of(net)}", "write true to take off returns")
    elif net and (agg not in ("count", "sum") or event not in RETURNS):
        reader.wrong(f"{path}/net", f"{agg} of {event!r} has no returns to take off", NETTABLE)
    return net is True


def _window(reader: Reader, body: Mapping[str, Any], path: str) -> Window | None:
    if "window" in body:
        return read_window(reader, body["window"], f"{path}/window")
    check_kept(reader, Fixed(), path)
    return Fixed()


def _field(reader: Reader, body: Mapping[str, Any], path: str, agg: str, event: str) -> str | None:
    types = reader.catalogue.events[event]
    allowed = _DISTINCT if agg == "distinct" else SUMMABLE
    fitting = [name for name, kind in types.items() if kind in allowed]
    name = reader.known(body["field"], f"{path}/field", "property", types)
    if name is not None and name not in fitting:
        reader.wrong(
            f"{path}/field",
            f"{agg} over {name!r} ({types[name].value}) is not possible",
            f"use one of {', '.join(sorted(fitting))}" if fitting else "use count",
        )
        return None
    return name


def _threshold(reader: Reader, raw: object, path: str, agg: str, op: str, kind: Type) -> Bound | None:
    if op == "between":
        return read_range(reader, raw, path, kind)
    found = read_comparison(reader, {"op": op, "value": raw}, path.removesuffix("/value"), agg, kind)
    return None if found is None or not isinstance(found.value, int | float) else found.value


def _edge(reader: Reader, raw: dict[str, Any], path: str, which: str) -> Edge | EdgeAge | None:
    ages = [key for key in ("within", "older_than") if key in raw]
    if len(ages) > 1:
        reader.wrong(path, "'within' and 'older_than' in one leaf", "write two leaves under 'all'")
        return None
    asked = ["event", "agg", *ages] if ages else ["event", "agg", "prop", "op"]
    body = reader.mapping(raw, path, asked, ["where"] if ages else ["where", "value", "ci"])
    pattern = None if body is None else _pattern(reader, body, path)
    check_kept(reader, Fixed(), path)
    if body is None or pattern is None:
        return None
    if ages:
        length = reader.duration(body[ages[0]], f"{path}/{ages[0]}")
        return None if length is None else EdgeAge(pattern, which, ages[0], length)
    types = reader.catalogue.events[pattern.event]
    name = reader.known(body["prop"], f"{path}/prop", "property", types)
    test: Comparison | None = None if name is None else read_comparison(reader, body, path, name, types[name])
    return None if test is None else Edge(pattern, which, test)


def read_sequence(reader: Reader, raw: dict[str, Any], path: str) -> Sequence | None:
    """`{"sequence": {"first": {…}, "then" | "without": {…}, "within": …, "last": …, "same": prop}}`."""
    body = reader.mapping(raw, path, ["sequence"])
    here = f"{path}/sequence"
    inner = None if body is None else body["sequence"]
    follower = "without" if isinstance(inner, dict) and "without" in inner else "then"
    inner = None if body is None else reader.mapping(inner, here, ["first", follower, "within", "last"], ["same"])
    if inner is None:
        return None
    patterns = [_part(reader, inner[key], f"{here}/{key}") for key in ("first", follower)]
    within = reader.duration(inner["within"], f"{here}/within")
    length = reader.duration(inner["last"], f"{here}/last")
    first, then = patterns
    if first is None or then is None or within is None or length is None:
        return None
    check_kept(reader, Last(length), here)
    if within >= length:
        reader.wrong(
            f"{here}/last", "'last' must be longer than 'within'", "look further back than the follower may take"
        )
        return None
    same = _shared(reader, inner, here, first, then)
    if "same" in inner and same is None:
        return None
    kind = None if same is None else reader.catalogue.events[first.event][same]
    return Sequence(first, then, within, length, follower == "then", same, kind)


def _part(reader: Reader, raw: object, path: str) -> Pattern | None:
    body = reader.mapping(raw, path, ["event"], ["where"])
    return None if body is None else _pattern(reader, body, path)


def _shared(reader: Reader, inner: Mapping[str, Any], path: str, first: Pattern, then: Pattern) -> str | None:
    if "same" not in inner:
        return None
    events = reader.catalogue.events
    common = [
        name for name, kind in events[first.event].items() if kind in _DISTINCT and events[then.event].get(name) is kind
    ]
    return reader.known(inner["same"], f"{path}/same", "property shared by both events", common)
