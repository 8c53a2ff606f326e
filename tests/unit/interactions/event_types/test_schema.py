"""The part of JSON Schema that event types are declared in, against a validator that others have written."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.interactions.event_types.domain.schema import faults_of_schema, misfits_of
from services.interactions.event_types.domain.types import EventType, faults_of_type, misfits_of_event, told_of
from shared.clock import SystemClock

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "level": {"type": "string", "enum": ["beginner", "advanced"]},
        "seats": {"type": "integer", "minimum": 1, "maximum": 9},
        "wish": {"type": "string", "maxLength": 20},
        "paid": {"type": "boolean"},
        "days": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    },
    "required": ["level"],
    "additionalProperties": False,
}

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats(-2, 3, allow_nan=False)
    | st.sampled_from(["", "a", "bb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
_BOUNDS = st.integers(0, 3)
_PROPERTY = st.one_of(
    st.fixed_dictionaries({"type": st.just("string")}, optional={"minLength": _BOUNDS, "maxLength": _BOUNDS}),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["number", "integer"])}, optional={"minimum": _BOUNDS, "maximum": _BOUNDS}
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["boolean", "object"])}),
    st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={"items": st.sampled_from([{"type": "string"}, {"type": "integer"}]), "maxItems": _BOUNDS},
    ),
    st.fixed_dictionaries({"type": st.just("integer"), "enum": st.just([1, 2])}),
    st.fixed_dictionaries({"type": st.just("boolean"), "enum": st.just([True])}),
)
_SCHEMAS = st.builds(
    lambda properties, more, required: {
        "type": "object",
        "properties": properties,
        "additionalProperties": more,
        "required": [name for name in required if name in properties],
    },
    st.dictionaries(st.sampled_from(["x", "y", "z/~"]), _PROPERTY, max_size=3),
    st.booleans(),
    st.lists(st.sampled_from(["x", "y", "z/~"]), unique=True, max_size=2),
)


@given(_SCHEMAS, st.dictionaries(st.sampled_from(["x", "y", "z/~", "other"]), _VALUES, max_size=4))
@settings(max_examples=300, deadline=None)
def test_an_event_fits_exactly_when_a_full_validator_says_so(schema: dict[str, Any], event: dict[str, Any]) -> None:
    """Catches a bound that is off by one, true taken for 1, 2.0 refused as an integer."""
    assert faults_of_schema(schema) == []
    fits = jsonschema.Draft202012Validator(schema).is_valid(event)
    assert (misfits_of(schema, event, "") == []) == fits


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"properties": {"x": {"type": "string", "pattern": "(a+)+$"}}}, "/schema/properties/x/pattern"),
        ({"properties": {"x": {"$ref": "#/x"}}}, "/schema/properties/x"),
        ({"properties": {"x": {"type": ["string", "null"]}}}, "/schema/properties/x"),
        ({"properties": {"x": {"type": "string", "maxLength": -1}}}, "/schema/properties/x/maxLength"),
        ({"properties": {"x": {"type": "integer", "enum": ["a"]}}}, "/schema/properties/x/enum"),
        ({"properties": {"x": {"type": "integer", "enum": list(range(501))}}}, "/schema/properties/x/enum"),
        ({"properties": []}, "/schema/properties"),
        ({"required": ["x"]}, "/schema/required"),
        ({"required": [["x"]]}, "/schema/required"),
        ({"title": 5}, "/schema/title"),
        ({"properties": {"x": {"type": "string", "title": "\x00"}}}, "/schema"),
        ({"anyOf": []}, "/schema/anyOf"),
        ({"type": "array"}, "/schema/type"),
    ],
)
def test_what_is_not_understood_is_named(schema: dict[str, Any], where: str) -> None:
    """Catches a schema that is declared and silently not checked, or that takes a second for each event."""
    assert [fault.where for fault in faults_of_schema(schema)] == [where]


def a_type(**changes: Any) -> EventType:
    """A type as it may be declared."""
    values: dict[str, Any] = {"segmentable": ["level", "seats"], "personal": ["wish"], **changes}
    return EventType(
        "course_booked", "A course", SCHEMA, version=1, changed_at=SystemClock().now(), changed_by="me", **values
    )


def test_only_codes_that_are_not_personal_may_be_told_others() -> None:
    """Catches free text on a topic, which no erasure reaches."""
    assert faults_of_type(a_type()) == []
    told = {"level", "wish", "nobody"}
    faults = faults_of_type(a_type(segmentable=sorted(told), personal=["wish"]))
    assert [(fault.reason, fault.where) for fault in faults] == [
        ("unknown-property", "/segmentable/1"),
        ("personal-property", "/segmentable/2"),
    ]
    long = {"properties": {"note": {"type": "string", "maxLength": 500}, "days": {"type": "array"}}}
    free = EventType("x", "", long, ["note", "days"], [], 1, SystemClock().now(), "me")
    assert [fault.reason for fault in faults_of_type(free)] == ["no-code", "no-code"]
    assert told_of(a_type(), {"level": "beginner", "wish": "secret", "seats": None}) == {"level": "beginner"}


def test_an_unknown_name_hears_the_nearest() -> None:
    """Catches a misspelt event that its developer looks for for a day."""
    (misfit,) = misfits_of_event({"course_booked": a_type()}, "Course-Booked", {})
    assert (misfit.reason, misfit.cure) == ("unknown-event-name", "did you mean 'course_booked'?")
    missing, wrong = misfits_of_event({"course_booked": a_type()}, "course_booked", {"seats": 12})
    assert (missing.where, wrong.where) == ("/data/properties/level", "/data/properties/seats")
    assert "12" not in wrong.what
