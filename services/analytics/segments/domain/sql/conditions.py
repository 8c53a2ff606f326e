"""Comparisons and `where` trees as SQL booleans that are never null: missing makes a comparison false."""

from typing import Any

from services.analytics.segments.domain.catalogue import DATES, Type
from services.analytics.segments.domain.engine.predicates import fold as folded
from services.analytics.segments.domain.language.nodes import All, AnyOf, Comparison, Node, Not
from services.analytics.segments.domain.sql.parameters import Parameters
from services.analytics.segments.domain.sql.values import fact_property, fold

ORDERS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "before": "<", "after": ">"}


def comparison(test: Comparison, value: str, parameters: Parameters) -> str:
    """The comparison of an SQL value of the test's type, which is null when missing."""
    if test.op in ("exists", "missing"):
        return f"({value}) is {'not ' if test.op == 'exists' else ''}null"
    return f"coalesce({_holds(test, f'({value})', parameters)}, false)"


def where(node: Node | None, parameters: Parameters, row: str = "f") -> str:
    """A condition on the properties of a row of facts."""
    match node:
        case None:
            return "true"
        case All(children):
            return joined("and", [where(child, parameters, row) for child in children])
        case AnyOf(children):
            return joined("or", [where(child, parameters, row) for child in children])
        case Not(child):
            return f"not ({where(child, parameters, row)})"
        case Comparison(name, kind):
            return comparison(node, fact_property(name, kind, row), parameters)
    raise TypeError(f"no condition on properties: {node!r}")


def joined(word: str, parts: list[str]) -> str:
    """Parts under `and` or `or`; `all` of nothing is true, `any` of nothing is false."""
    if not parts:
        return "true" if word == "and" else "false"
    return "(" + f" {word} ".join(parts) + ")"


def _holds(test: Comparison, value: str, parameters: Parameters) -> str:
    if test.type is Type.STRINGS:
        return _list_test(test, value, parameters)
    if test.ci:
        value = fold(value)
    constant = _constant(test, parameters)
    match test.op:
        case "in":
            return f"{value} = any({constant})"
        case "nin":
            return f"{value} <> all({constant})"
        case "between":
            low, high = constant
            return f"{value} between {low} and {high}"
        case "contains":
            return f"strpos({value}, {constant}) > 0"
        case "startswith":
            return f"starts_with({value}, {constant})"
    return f"{value} {ORDERS[test.op]} {constant}"


def _list_test(test: Comparison, value: str, parameters: Parameters) -> str:
    wanted: Any = test.value
    if test.ci:
        value = f"array(select {fold('t.item')} from unnest({value}) as t(item) where {value} is not null)"
        wanted = [folded(item) for item in wanted]
    return f"{value} {'&&' if test.op == 'has_any' else '@>'} {parameters.texts(wanted)}"


def _constant(test: Comparison, parameters: Parameters) -> Any:
    """The constant as SQL: an array for sets, two of them for a range."""
    value: Any = test.value
    many = isinstance(value, tuple)
    if test.type is Type.STRING:
        change = folded if test.ci else str
        return parameters.texts(map(change, value)) if many else parameters.text(change(value))
    if test.type is Type.BOOLEAN:
        return parameters.add(value, "boolean")
    write = parameters.instant if test.type in DATES else parameters.number
    if test.op == "between":
        return write(value[0]), write(value[1])
    return parameters.numbers(value) if many else write(value)
