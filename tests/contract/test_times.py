"""Every field of every service that is a time: text that only looks like a number is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter, ValidationError

from services.crm.documents import document_of
from services.registry import SERVICES, make_app, unconnected_settings
from shared.contracts.inbound import InboundMessage, InboundRecord
from shared.contracts.registry import FACTS
from shared.errors import Refusal
from shared.web.route import DoorRoute

NUMBERS = ["20170501", "0", "1493600000000", "1493600000", "-1", "1.5", "1e9", 20170501, 0, 1.5]
GOOD = {"date-time": "2026-05-01T12:00:00Z", "date": "2026-05-01", "time": "12:00", "duration": "P3D"}
Place = tuple[str | int, ...]
_LEAF = object()


def fields_in(
    document: dict[str, Any], schema: dict[str, Any], at: Place = (), seen: frozenset[str] = frozenset()
) -> Iterator[tuple[Place, str]]:
    """(place, format) of each time in a schema. In a union of nodes only what has no tag is reached without one."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name not in seen:
            found = (document.get("$defs") or document["components"]["schemas"])[name]
            yield from fields_in(document, found, at, seen | {name})
        return
    if schema.get("format") in GOOD:
        yield at, schema["format"]
    for inner in [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]:
        yield from fields_in(document, inner, at, seen)
    for field, inner in schema.get("properties", {}).items():
        yield from fields_in(document, inner, (*at, field), seen)
    if isinstance(schema.get("items"), dict):
        yield from fields_in(document, schema["items"], (*at, 0), seen)


def holding(place: Place, value: Any) -> Any:
    """A body that holds nothing but `value`, at `place`."""
    for part in reversed(place):
        value = [value] if part == 0 else {part: value}
    return value


def faulty(errors: list[dict[str, Any]], field: str | int) -> bool:
    """Is one of the faults about this field?"""
    return any(field in error["loc"] and error["type"] != "missing" for error in errors)


def refused_alone(read: Any) -> list[dict[str, Any]]:
    """The faults of items that were refused without their neighbours, as pydantic would tell them."""
    items = getattr(read, "items", ())
    faults = [fault for item in items if isinstance(item, Refusal) for fault in item.errors]
    return [
        {"loc": fault["where"].split("/"), "type": "missing" if fault["what"] == "Field required" else "wrong"}
        for fault in faults
    ]


def bodies_and_parameters(service: str) -> Iterator[tuple[str, Any, Place, str]]:
    """(where, what validates, place, format) of each time that a caller of the service may send."""
    document = orjson.loads(document_of(service))
    app = make_app(service, unconnected_settings(service))
    for found in iter_route_contexts(app.routes):
        operations = document["paths"].get(str(found.path), {})
        for method in found.methods or ():
            operation = operations.get(method.lower())
            if operation is None:
                continue
            where = f"{service}: {method} {found.path}"
            route = cast(DoorRoute, found.original_route)
            dependant, body = route.dependant, route.body_field
            for parameter in operation.get("parameters", []):
                for place, format in fields_in(document, parameter["schema"]):
                    (field,) = [known for known in dependant.query_params if known.alias == parameter["name"]]
                    yield f"{where} {parameter['name']}", field, (parameter["name"], *place), format
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for place, format in fields_in(document, content.get("schema", {})):
                    yield f"{where} {place}", body, place, format


@pytest.mark.parametrize("service", SERVICES)
def test_no_number_is_a_time_of_a_request(service: str) -> None:
    """Catches a field that is a plain `datetime`: "20170501" was a day of 1970, and "0" its beginning."""
    found = list(bodies_and_parameters(service))
    assert found, "the walk saw no time at all"
    for where, field, place, format in found:
        query = field.alias == place[0] and len(place) == 1
        for value in [*NUMBERS, GOOD[format]]:
            given = value if query else holding(place, value)
            read, errors = field.validate(given, {}, loc=("x", *(place if query else ())))
            about = place[-1] if isinstance(place[-1], str) else place[-2]
            refused = faulty(errors or [], about) or faulty(refused_alone(read), about)
            if not any(error["type"].startswith("union_tag") for error in errors or []):
                assert refused == (value != GOOD[format]), f"{where}: {value!r}"


@pytest.mark.parametrize("model", [*FACTS.values(), InboundMessage, InboundRecord], ids=str)
def test_no_number_is_a_time_of_an_event(model: Any) -> None:
    """Catches an event whose time is guessed from a number, in whatever service hears it."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    schema = adapter.json_schema()
    for place, format in fields_in(schema, schema):
        for value in [*NUMBERS, GOOD[format]]:
            # Of a union only the member that is meant is tried.
            body = holding(place, value)
            if model in (InboundMessage, InboundRecord):
                (body["message"] if place[0] == "message" else body)["type"] = "purchase"
            for strict in (True, False):
                try:
                    adapter.validate_json(orjson.dumps(body), strict=strict)
                    errors: list[Any] = []
                except ValidationError as error:
                    errors = list(error.errors())
                assert faulty(errors, place[-1]) == (value != GOOD[format]), f"{place}: {value!r}"
