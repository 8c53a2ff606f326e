"""Leaves over events: one pass over the facts of a kind answers all its leaves, a row for each customer."""

from collections.abc import Sequence

from services.analytics.segments.domain.engine.predicates import compares
from services.analytics.segments.domain.language.nodes import RETURNED, Aggregate, Edge, EdgeAge
from services.analytics.segments.domain.sql.conditions import ORDERS, comparison, joined, where
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.people import ROOT, UNMERGED, grouped_facts, owned_facts
from services.analytics.segments.domain.sql.scopes import Everybody, Scope
from services.analytics.segments.domain.sql.values import fact_property
from services.analytics.segments.domain.sql.windows import FROM, UNTIL, Bounds, bounds

EventLeaf = Aggregate | Edge | EdgeAge

EFFECTIVE = "least(f.time, f.recorded_at)"
"""When a fact happened: one that claims the future happened when it was recorded."""
IN_ORDER = ("ts", "event_id", "line")


def recorded(parameters: Parameters, now: int) -> str:
    """Facts count from the moment at which they were recorded."""
    return f"f.recorded_at <= {parameters.instant(now)}"


def pass_over(kinds: Sequence[str], leaves: Sequence[EventLeaf], scope: Scope, parameters: Parameters, now: int) -> str:
    """A select of (root, l0, l1, …): the truth of each leaf, for customers of whom one differs from `of_nothing`."""
    spans = [_bounds(leaf, now) for leaf in leaves]
    conditions = [_counts(leaf, span, parameters, now) for leaf, span in zip(leaves, spans, strict=True)]
    kept = [f"f.event in ({', '.join(map(parameters.text, kinds))})", recorded(parameters, now)]
    lows = [low for low, _ in spans]
    if len(leaves) > 1 and None not in lows:
        # Implied by the leaves' own bounds; an index on (event, time) can use it.
        kept.append(f"f.time {FROM} {parameters.instant(min(low for low in lows if low is not None))}")
    is_single = len(leaves) == 1
    if is_single:
        kept.append(conditions[0])
    truths = [
        _truth(leaf, "" if is_single else f" filter (where {condition})", parameters, now)
        for leaf, condition in zip(leaves, conditions, strict=True)
    ]
    columns = [f"{truth} as l{number}" for number, truth in enumerate(truths)]
    # Most customers are as if they had no such fact: the statement goes on without them.
    special = [truth if not of_nothing(leaf) else f"not {truth}" for leaf, truth in zip(leaves, truths, strict=True)]

    def part(root: str, rows: str) -> str:
        return (
            f"select f.root, {', '.join(columns)} from (select {root} as root, {EFFECTIVE} as ts, f.* from {rows}) as f"
            f" group by f.root having {joined('or', special)}"
        )

    if not isinstance(scope, Everybody):
        return part(ROOT[type(scope)], owned_facts(scope, joined("and", kept)))
    # Who was never merged is grouped by the key of the table's partitions, which several processes do side by side.
    alone, grouped = joined("and", [*kept, UNMERGED]), f"{grouped_facts()} where {joined('and', kept)}"
    return f"{part('f.customer_id', f'facts f where {alone}')} union all {part('m.root', grouped)}"


def of_nothing(leaf: EventLeaf) -> bool:
    """The leaf's truth for a customer without any such event."""
    if not isinstance(leaf, Aggregate) or leaf.agg in ("avg", "min", "max", RETURNED):
        return False
    return compares(leaf.op, leaf.value)(0, 1)


def _bounds(leaf: EventLeaf, now: int) -> Bounds:
    return bounds(leaf.window, now) if isinstance(leaf, Aggregate) else (None, None)


def _counts(leaf: EventLeaf, span: Bounds, parameters: Parameters, now: int) -> str:
    low, high = span
    parts = []
    # By the columns themselves: of what `least` gives the planner knows nothing.
    if low is not None:
        moment = parameters.instant(low)
        parts += [f"f.time {FROM} {moment}", f"f.recorded_at {FROM} {moment}"]
    if high is not None and high <= now:
        moment = parameters.instant(high)
        parts.append(f"(f.time {UNTIL} {moment} or f.recorded_at {UNTIL} {moment})")
    return joined("and", [*parts, where(leaf.pattern.where, parameters)])


def _truth(leaf: EventLeaf, only: str, parameters: Parameters, now: int) -> str:
    match leaf:
        case Aggregate():
            return f"coalesce({_aggregate(leaf, only, parameters)}, false)"
        case Edge(_, which, test):
            check = comparison(test, fact_property(test.name, test.type), parameters)
            order = ", ".join(f"f.{name}{' desc' if which == 'last' else ''}" for name in IN_ORDER)
            return f"coalesce((array_agg({check} order by {order}){only})[1], false)"
        case EdgeAge(_, which, op, length):
            edge = f"{'max' if which == 'last' else 'min'}(f.ts){only}"
            order = ">" if op == "within" else "<="
            return f"coalesce({edge} {order} {parameters.instant(now - length)}, false)"


def _aggregate(leaf: Aggregate, only: str, parameters: Parameters) -> str:
    if leaf.net:
        one = "1" if leaf.field is None or leaf.type is None else fact_property(leaf.field, leaf.type)
        signed = f"case when f.event = {parameters.text(leaf.pattern.event)} then {one} else -({one}) end"
        return _compared(leaf, f"coalesce(sum({signed}){only}, 0)", parameters)
    if leaf.agg == "count":
        return _compared(leaf, f"count(*){only}", parameters)
    assert leaf.field is not None
    assert leaf.type is not None
    value = fact_property(leaf.field, leaf.type)
    if leaf.agg == RETURNED:
        is_own = f"f.event = {parameters.text(leaf.pattern.event)}"
        bought = f"coalesce(sum(case when {is_own} then {value} end){only}, 0)"
        returned = f"coalesce(sum(case when not {is_own} then {value} end){only}, 0)"
        return f"({bought} > 0 and {_compared(leaf, returned, parameters, f' * {bought}')})"
    match leaf.agg:
        case "distinct":
            return _compared(leaf, f"count(distinct {value}){only}", parameters)
        case "sum":
            return _compared(leaf, f"coalesce(sum({value}){only}, 0)", parameters)
        case "avg":
            # Total against constant times number: exact, where a quotient would be rounded.
            return _compared(leaf, f"sum({value}){only}", parameters, f" * count({value}){only}")
        case _:
            return _compared(leaf, f"{leaf.agg}({value}){only}", parameters)


def _compared(leaf: Aggregate, measure: str, parameters: Parameters, times: str = "") -> str:
    if isinstance(leaf.value, tuple):
        low, high = (parameters.number(bound) + times for bound in leaf.value)
        return f"{measure} between {low} and {high}"
    value = leaf.value
    if leaf.agg in ("count", "distinct") and isinstance(value, int) and abs(value) < 2**63:
        return f"{measure} {ORDERS[leaf.op]} {parameters.add(value, 'bigint')}"
    return f"{measure} {ORDERS[leaf.op]} {parameters.number(value)}{times}"
