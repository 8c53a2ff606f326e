"""The part of JSON Schema (2020-12) in which event types are declared: an object with flat properties.

Few words, so that each is checked in microseconds and none can be made slow by a schema (no patterns, no references).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_PROPERTIES = 200
# Each event is compared with all of them.
_MOST_VALUES = 500
_OBJECT = frozenset({"$schema", "title", "description", "type", "properties", "required", "additionalProperties"})
_OF_TYPE: Mapping[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength"}),
    "number": frozenset({"minimum", "maximum"}),
    "integer": frozenset({"minimum", "maximum"}),
    "boolean": frozenset(),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset(),
}
_ITEMS = [{"type": "string"}, {"type": "number"}, {"type": "integer"}]
_TEXTS = frozenset({"$schema", "title", "description"})
_ALWAYS = frozenset({"type", "title", "description", "enum"})
_BOUNDS = frozenset({"minLength", "maxLength", "minItems", "maxItems"})


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing wrong: `reason` is a slug to count by, `where` a JSON pointer."""

    reason: str
    where: str
    what: str
    cure: str


def property_schemas(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The properties that a schema declares."""
    found: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return found


def faults_of_schema(schema: Mapping[str, Any]) -> list[Misfit]:
    """Everything in it that is not understood here."""
    if _holds_null(schema):
        return [Misfit("wrong-schema", "/schema", "holds a text with a null character", "leave it out")]
    return list(_faults_of_object(schema))


def misfits_of(schema: Mapping[str, Any], properties: Mapping[str, Any], where: str) -> list[Misfit]:
    """Everything by which `properties` do not fit. No value is shown."""
    declared = property_schemas(schema)
    misfits = [
        Misfit("missing-property", f"{where}/{_escaped(name)}", "is required", "send it")
        for name in schema.get("required", ())
        if name not in properties
    ]
    for name, value in properties.items():
        place = f"{where}/{_escaped(name)}"
        if name in declared:
            faults = _unfit(declared[name], value)
            misfits += [Misfit("wrong-property", place, what, "see GET /event-types") for what in faults]
        elif schema.get("additionalProperties", True) is False:
            misfits.append(Misfit("unknown-property", place, "is not declared", "leave it out, or declare it"))
    return misfits


def _faults_of_object(schema: Mapping[str, Any]) -> Iterator[Misfit]:
    for word in _TEXTS & schema.keys():
        if not isinstance(schema[word], str):
            yield Misfit("wrong-schema", f"/schema/{word}", "is no text", "send a text")
    for word in schema.keys() - _OBJECT:
        yield _not_understood(f"/schema/{_escaped(word)}", word, _OBJECT)
    if schema.get("type", "object") != "object":
        yield Misfit("wrong-schema", "/schema/type", "properties are an object", 'send "object", or leave it out')
    if not isinstance(schema.get("additionalProperties", True), bool):
        yield Misfit("wrong-schema", "/schema/additionalProperties", "is no true or false", "send true or false")
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or len(properties) > MOST_PROPERTIES:
        what = f"is no object of at most {MOST_PROPERTIES} properties"
        yield Misfit("wrong-schema", "/schema/properties", what, "send one schema for each property")
        return
    for name, declared in properties.items():
        yield from _faults_of_property(f"/schema/properties/{_escaped(name)}", declared)
    required = schema.get("required", [])
    if not isinstance(required, list) or any(not isinstance(name, str) or name not in properties for name in required):
        yield Misfit("wrong-schema", "/schema/required", "names what is no declared property", "declare it first")


def _faults_of_property(where: str, declared: Any) -> Iterator[Misfit]:
    if not isinstance(declared, dict) or not isinstance(declared.get("type"), str) or declared["type"] not in _OF_TYPE:
        yield Misfit("wrong-schema", where, "has no known type", f"send one of: {', '.join(_OF_TYPE)}")
        return
    known = _OF_TYPE[declared["type"]] | _ALWAYS
    for word, value in declared.items():
        place = f"{where}/{_escaped(word)}"
        if word in _TEXTS and not isinstance(value, str):
            yield Misfit("wrong-schema", place, "is no text", "send a text")
        elif word not in known:
            yield _not_understood(place, word, known)
        elif word in _BOUNDS and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            yield Misfit("wrong-schema", place, "is no whole number from 0", "send one")
        elif word in ("minimum", "maximum") and (not isinstance(value, int | float) or isinstance(value, bool)):
            yield Misfit("wrong-schema", place, "is no number", "send one")
        elif word == "enum" and not _are_values(declared["type"], value):
            what = f"is no list of at most {_MOST_VALUES} values of the type"
            yield Misfit("wrong-schema", place, what, "send such a list")
        elif word == "items" and value not in _ITEMS:
            yield Misfit(
                "wrong-schema", place, "is not understood", 'send {"type": "string"}, or "number" or "integer"'
            )


def _are_values(kind: str, values: Any) -> bool:
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_VALUES:
        return False
    return not any(_unfit_type(kind, value) for value in values)


def _unfit(declared: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = declared["type"]
    if _unfit_type(kind, value):
        yield f"is no {kind}"
        return
    if "enum" in declared and not any(_same(value, one) for one in declared["enum"]):
        yield "is none of the declared values"
    if kind == "string":
        yield from _out_of(len(value), declared, "minLength", "maxLength", "characters")
    elif kind == "array":
        yield from _out_of(len(value), declared, "minItems", "maxItems", "items")
        items = declared.get("items")
        if items and any(_unfit_type(items["type"], item) for item in value):
            yield f"holds what is no {items['type']}"
    elif kind in ("number", "integer"):
        yield from _out_of(value, declared, "minimum", "maximum", "")


def _out_of(size: float, declared: Mapping[str, Any], least: str, most: str, unit: str) -> Iterator[str]:
    if least in declared and size < declared[least]:
        yield f"is less than {declared[least]} {unit}".rstrip()
    if most in declared and size > declared[most]:
        yield f"is more than {declared[most]} {unit}".rstrip()


def _unfit_type(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return not isinstance(value, bool)
    if kind == "integer":
        # As JSON Schema has it: 2.0 is an integer.
        return isinstance(value, bool) or not (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if kind == "number":
        return isinstance(value, bool) or not isinstance(value, int | float)
    return not isinstance(value, {"string": str, "array": list, "object": dict}[kind])


def _same(value: Any, declared: Any) -> bool:
    """1 and true are equal in Python, and two values in JSON."""
    return value == declared and isinstance(value, bool) == isinstance(declared, bool)


def _not_understood(where: str, word: str, known: frozenset[str]) -> Misfit:
    return Misfit("wrong-schema", where, f"{word[:60]!r} is not understood here", f"use {', '.join(sorted(known))}")


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any("\x00" in name or _holds_null(inside) for name, inside in value.items())
    if isinstance(value, list):
        return any(map(_holds_null, value))
    return isinstance(value, str) and "\x00" in value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")[:100]
