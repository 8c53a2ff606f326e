"""The canonical JSON of a tree, and the key by which equal leaves of different segments are shared."""

import hashlib
import json
from typing import Any

from services.analytics.segments.domain.catalogue import DATES
from services.analytics.segments.domain.instants import write_duration, write_instant
from services.analytics.segments.domain.language import nodes as n


def write(node: n.Node) -> dict[str, Any]:
    """A tree as JSON again: the same meaning always gives the same JSON. `parse` reads it back."""
    match node:
        case n.All(children):
            return {"all": [write(child) for child in children]}
        case n.AnyOf(children):
            return {"any": [write(child) for child in children]}
        case n.Not(child):
            return {"not": write(child)}
        case n.Comparison():
            return {"prop": node.name, **_comparison(node)}
        case n.Score(test):
            return {"score": test.name, **_comparison(test)}
        case n.Segment(name):
            return {"segment": name}
        case n.ListMember(name):
            return {"list": name}
        case n.Consent(channel, purpose, status):
            return {"consent": {"channel": channel, "purpose": purpose}, "is": status}
        case n.Bucket(salt, start, end):
            return {"bucket": {"salt": salt, "from": start, "to": end}}
        case n.Attribute() | n.Age() | n.Years() | n.Anniversary():
            return _attribute(node)
        case _:
            return _event(node)


def key_of(leaf: n.Node) -> str:
    """32 hex digits that are equal for leaves of equal meaning."""
    text = json.dumps(write(leaf), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _comparison(test: n.Comparison) -> dict[str, Any]:
    out: dict[str, Any] = {"op": test.op}
    if test.value is not None:
        value = list(test.value) if isinstance(test.value, tuple) else test.value
        out["value"] = _dates(value) if test.type in DATES else value
    if test.ci:
        out["ci"] = True
    return out


def _dates(value: Any) -> Any:
    return [write_instant(item) for item in value] if isinstance(value, list) else write_instant(value)


def _attribute(leaf: n.Attribute | n.Age | n.Years | n.Anniversary) -> dict[str, Any]:
    match leaf:
        case n.Attribute(test):
            return {"attr": test.name, **_comparison(test)}
        case n.Age(name, op, length):
            return {"attr": name, "op": op, "value": write_duration(length)}
        case n.Years(name, op, years, zone):
            return {"attr": name, "op": op, "value": years, "zone": zone}
        case n.Anniversary(name, before, after, zone):
            value = {"before": write_duration(before), "after": write_duration(after)}
            return {"attr": name, "op": "anniversary", "value": value, "zone": zone}


def _event(leaf: n.Aggregate | n.Edge | n.EdgeAge | n.Sequence) -> dict[str, Any]:
    match leaf:
        case n.Aggregate(pattern, agg, field, window, op, value, _, net):
            out = {**_pattern(pattern), "agg": agg, "window": _window(window), "op": op}
            out["value"] = list(value) if isinstance(value, tuple) else value
            out |= {"net": True} if net else {}
            return out if field is None else {**out, "field": field}
        case n.Edge(pattern, which, test):
            return {**_pattern(pattern), "agg": which, "prop": test.name, **_comparison(test)}
        case n.EdgeAge(pattern, which, op, length):
            return {**_pattern(pattern), "agg": which, op: write_duration(length)}
        case n.Sequence():
            body = {
                "first": _pattern(leaf.first),
                "then" if leaf.followed else "without": _pattern(leaf.then),
                "within": write_duration(leaf.within),
                "last": write_duration(leaf.length),
            }
            return {"sequence": body if leaf.same is None else {**body, "same": leaf.same}}


def _pattern(pattern: n.Pattern) -> dict[str, Any]:
    return {"event": pattern.event} | ({} if pattern.where is None else {"where": write(pattern.where)})


def _window(window: n.Window) -> dict[str, Any]:
    match window:
        case n.Last(length):
            return {"last": write_duration(length)}
        case n.BetweenAgo(near, far):
            return {"between_ago": [write_duration(near), write_duration(far)]}
        case n.Calendar(unit, which, zone):
            return {"calendar": {"unit": unit, "which": which, "zone": zone}}
        case n.Fixed(start, end):
            ends = {"from": start, "to": end}
            return {key: write_instant(at) for key, at in ends.items() if at is not None} or {"ever": True}
