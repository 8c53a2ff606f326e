"""What the OpenAPI document says of every door: its scope, its refusals, the header that makes a change repeatable."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.errors import (
    PROBLEM_JSON,
    BadRequest,
    Broken,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Refusal,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    WrongMediaType,
)
from shared.web import idempotency
from shared.web.body import SlowBody
from shared.web.words import add_words

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
_RETRY_AFTER: dict[str, Any] = {"description": "Seconds after which to come again", "schema": {"type": "integer"}}
_KEY_HEADER: dict[str, Any] = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": f"A repeat with the same key gets the first answer again (kept {idempotency.KEPT_FOR}).",
    "schema": {"type": "string", "maxLength": idempotency.LONGEST_KEY},
}


class VersionRequired(Refusal):
    """What a change without If-Match is told. The services that ask for it have texts of their own."""

    status, slug, title = 428, "version-required", "If-Match is missing"


def describe(route: APIRoute, scope: str | None, *, keyed: bool) -> None:
    """Add to `route` what all doors have in common: `keyed` ones change something in a transaction."""
    extra: dict[str, Any] = dict(route.openapi_extra or {})
    acts = bool((route.methods or set()) & idempotency.METHODS)
    changes = keyed and acts
    takes_body = route.body_field is not None or "requestBody" in extra
    refusals: list[type[Refusal]] = [Invalid, TooManyRequests, Broken, Unavailable]
    if scope is not None:
        refusals += [Unauthorized, Forbidden]
        extra |= {"x-scope": scope, "security": [{"bearer": []}, {"apiKey": []}]}
        route.description = f"Scope: `{scope}`.\n\n{route.description}".rstrip()
    if changes or "{" in route.path:
        refusals.append(NotFound)
    if takes_body or changes:
        refusals += [SlowBody, TooLarge]
    if takes_body:
        refusals += [BadRequest, WrongMediaType]
    if acts:
        refusals.append(Conflict)
    if changes and scope is not None:
        extra["parameters"] = [*extra.get("parameters", []), _KEY_HEADER]
    if "if-match" in _headers(route.dependant):
        refusals += [PreconditionFailed, VersionRequired]
    route.openapi_extra = extra
    for refusal in refusals:
        route.responses.setdefault(refusal.status, _answer(refusal))


def _headers(dependant: Dependant) -> set[str]:
    own = {header.alias.lower() for header in dependant.header_params}
    return own.union(*(_headers(one) for one in dependant.dependencies))


def _answer(refusal: type[Refusal]) -> dict[str, Any]:
    shown = {"description": refusal.title, "content": {PROBLEM_JSON: {"schema": _PROBLEM_REF}}}
    if refusal in (TooManyRequests, Unavailable):
        return {**shown, "headers": {"Retry-After": _RETRY_AFTER}}
    return shown


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
        add_words(document, app.state.words)
        app.openapi_schema = document
    return app.openapi_schema
