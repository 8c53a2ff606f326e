"""What the OpenAPI document says of every door: its scope, its refusals, the header that makes a change repeatable."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.errors import (
    PROBLEM_JSON,
    Broken,
    Forbidden,
    Invalid,
    Refusal,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    WrongMediaType,
)
from shared.web import idempotency

_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `detail` says the cause, `cure` what to do, `errors` each fault with its place.",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid-request"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "cure": {"type": ["string", "null"]},
        "instance": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what", "cure"],
                "properties": {
                    "where": {"type": "string", "examples": ["/lines/0/amount", "query:limit"]},
                    "what": {"type": "string"},
                    "cure": {"type": "string"},
                },
            },
        },
    },
}
_KEY_HEADER: dict[str, Any] = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": f"A repeat with the same key gets the first answer again (kept {idempotency.KEPT_FOR}).",
    "schema": {"type": "string", "maxLength": idempotency.LONGEST_KEY},
}


def describe(route: APIRoute, scope: str | None, *, keyed: bool) -> None:
    """Add to `route` what all doors have in common."""
    refusals: list[type[Refusal]] = [Invalid, Broken, Unavailable]
    extra: dict[str, Any] = dict(route.openapi_extra or {})
    if scope is not None:
        refusals += [Unauthorized, Forbidden, TooManyRequests]
        extra |= {"x-scope": scope, "security": [{"bearer": []}, {"apiKey": []}]}
        route.description = f"Scope: `{scope}`.\n\n{route.description}".rstrip()
    if route.body_field is not None:
        refusals += [TooLarge, WrongMediaType]
    if keyed and (route.methods or set()) & idempotency.METHODS:
        extra["parameters"] = [*extra.get("parameters", []), _KEY_HEADER]
    route.openapi_extra = extra
    for refusal in refusals:
        route.responses.setdefault(
            refusal.status,
            {"description": refusal.title, "content": {PROBLEM_JSON: {"schema": _PROBLEM_REF}}},
        )


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI 3.1 document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        components["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "An API key"},
            "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        for unused in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema
