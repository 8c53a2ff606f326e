"""Simple conditions over the fields of a triggering event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

EventName = Literal["purchase", "return", "contact", "response"]
Operator = Literal["is", "in", "at_least", "at_most", "has"]
Value = str | int | tuple[str, ...]

# What may be asked of each event: name -> operators. `has` asks a list (the lines of a basket).
_TEXT: frozenset[Operator] = frozenset({"is", "in"})
_NUMBER: frozenset[Operator] = frozenset({"at_least", "at_most"})
_LIST: frozenset[Operator] = frozenset({"has"})
_BASKET: dict[str, frozenset[Operator]] = {
    "channel": _TEXT,
    "store": _TEXT,
    "currency": _TEXT,
    "order_id": _TEXT,
    "amount": _NUMBER,
    "base_amount": _NUMBER,
    "products": _LIST,
    "categories": _LIST,
    "departments": _LIST,
    "brands": _LIST,
}
FIELDS: dict[EventName, dict[str, frozenset[Operator]]] = {
    "purchase": {**_BASKET, "payment": _TEXT},
    "return": _BASKET,
    "contact": {"channel": _TEXT, "direction": _TEXT, "topic": _TEXT, "outcome": _TEXT, "duration_s": _NUMBER},
    "response": {"kind": _TEXT, "channel": _TEXT, "campaign_id": _TEXT, "link": _TEXT},
}


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` `op` `value`, such as amount at_least 5000 or categories has "apples"."""

    field: str
    op: Operator
    value: Value

    def holds(self, event: Mapping[str, object]) -> bool:
        """Whether `event` meets it; a field the event does not have meets nothing."""
        actual = event.get(self.field)
        if actual is None:
            return False
        if self.op == "is":
            return str(actual) == str(self.value)
        if self.op == "in":
            return isinstance(self.value, tuple) and str(actual) in self.value
        if self.op == "has":
            return isinstance(actual, Iterable) and self.value in list(actual)
        if not isinstance(actual, int) or not isinstance(self.value, int):
            return False
        return actual >= self.value if self.op == "at_least" else actual <= self.value


def refuse_unaskable(event: EventName, conditions: Iterable[Condition]) -> None:
    """Raises ValueError when one of the conditions cannot be asked of such an event."""
    for condition in conditions:
        if (wrong := check_condition(event, condition)) is not None:
            raise ValueError(wrong)


def check_condition(event: EventName, condition: Condition) -> str | None:
    """What is wrong with asking `condition` of `event`, or None."""
    allowed = FIELDS[event].get(condition.field)
    if allowed is None:
        return f"a {event} has no field {condition.field!r}; there are {', '.join(sorted(FIELDS[event]))}"
    if condition.op not in allowed:
        return f"{condition.field} can be asked {' or '.join(sorted(allowed))}, not {condition.op}"
    wanted: type = {"in": tuple, "at_least": int, "at_most": int}.get(condition.op, str)
    if not isinstance(condition.value, wanted):
        names = {tuple: "a list of texts", int: "a number", str: "a text"}
        return f"{condition.op} needs {names[wanted]}"
    return None


def all_hold(conditions: Iterable[Condition], event: Mapping[str, object]) -> bool:
    """Whether `event` meets every one of them."""
    return all(condition.holds(event) for condition in conditions)
