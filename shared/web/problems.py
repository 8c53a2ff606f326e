"""Every answer that is not a success, made in one place: problem+json with where, what and cure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.database.engine import is_transient, sqlstate
from shared.errors import PROBLEM_JSON, BadRequest, Broken, Conflict, Invalid, NotFound, Refusal, Unavailable
from shared.observability.logging import get_logger
from shared.observability.tracing import current_traceparent, trace_id
from shared.web.idempotency import Replayed
from shared.web.strict_json import pointer

log = get_logger(__name__)

_RETRY_AFTER_S = 2
_MOST_ERRORS = 50
# Unique and foreign keys, and exclusion: what a check before the write cannot see.
_COLLISIONS = ("23505", "23503", "23P01")


class Collision(Conflict):
    """Two requests at once: PostgreSQL let one of them through."""

    slug, title = "collision", "Changed at the same time"


class ValueDoesNotFit(Invalid):
    """PostgreSQL cannot hold a value which validation let through. The log says where that should be mended."""

    slug, title = "value-does-not-fit", "A value does not fit"


class NoSuchPath(NotFound):
    """No route has this path."""

    slug, title = "no-such-path", "No such path"


class MethodNotAllowed(Refusal):
    """A route has this path, for other methods."""

    status, slug, title = 405, "method-not-allowed", "Method not allowed"


def answer(refusal: Refusal, request: Request) -> Response:
    """`refusal` as problem+json."""
    body = refusal.problem(request.url.path)
    return JSONResponse(body, refusal.status, refusal.headers, media_type=PROBLEM_JSON)


def answer_to_failure(error: Exception, request: Request) -> Response:
    """The answer to what nobody foresaw: 503 when it is weather, else 500. Never with internals; those are logged."""
    if is_transient(error):
        log.warning("request_met_weather", exc_info=error)
        return answer(
            Unavailable(
                "Something this needs does not answer now. Nothing was changed, or it is not known yet.",
                cure="Try again after the stated seconds, with the same Idempotency-Key.",
                retry_after=_RETRY_AFTER_S,
            ),
            request,
        )
    state = sqlstate(error) or ""
    if state in _COLLISIONS:
        log.warning("request_collided", exc_info=error)
        return answer(Collision("Somebody else changed the same thing just now.", cure="Read it again."), request)
    if state.startswith("22"):
        log.warning("value_does_not_fit", exc_info=error)
        return answer(
            ValueDoesNotFit("A value is outside of what can be stored.", cure="Check numbers and dates."), request
        )
    log.error("request_failed", exc_info=error)
    trace = trace_id(current_traceparent())
    broken = Broken("This is a fault of ours and was recorded.", cure="Report it with this trace_id.", trace_id=trace)
    return answer(broken, request)


def install(app: FastAPI) -> None:
    """Register the renderers."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(Replayed, _on_replayed)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(error, request)


async def _on_replayed(request: Request, error: Exception) -> Response:
    assert isinstance(error, Replayed)
    return error.response


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 404:
            refusal: Refusal = NoSuchPath("There is nothing at this path.", cure="See /docs.")
        case 405:
            refusal = MethodNotAllowed("This path does not take this method.", cure="See /docs.")
        case _:
            refusal = BadRequest("The request cannot be read.", cure="See /docs.")
    refusal.headers.update(error.headers or {})
    return answer(refusal, request)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    faults = [fault_of(one, error.body) for one in found[:_MOST_ERRORS]]
    many = f"{len(found)} faults" if len(found) > 1 else "One fault"
    return answer(Invalid(f"{many}; the first: {faults[0]['what']}.", cure=faults[0]["cure"], errors=faults), request)


def fault_of(error: dict[str, Any], body: Any) -> dict[str, str]:
    """One of pydantic's errors as {where, what, cure}; also right for errors of a model validated by hand."""
    place, *path = error["loc"] or ("body",)
    if error["type"] == "missing" and place == "body" and not path:
        return {"where": "", "what": "the body is absent", "cure": "Send a JSON object, {} at least."}
    kind, context = error["type"], error.get("ctx", {})
    what = str(error["msg"]).removeprefix("Value error, ")
    where = pointer(path_in(body, path)) if place == "body" else f"{place}:{'.'.join(map(str, path))}"
    return {"where": where, "what": what, "cure": _cure(kind, context, what)}


def path_in(body: Any, path: Sequence[str | int]) -> list[str | int]:
    """`path` without the names which pydantic adds for members of unions: those are not in the body.

    Such a name may also be a field's (`{"kind": "event", "event": …}`): the reading that finds more of it is right.
    """
    return _read(body, path)[1]


def _read(here: Any, path: Sequence[str | int]) -> tuple[tuple[int, bool], list[str | int]]:
    """How many parts were found, and the last of all among them; and the parts."""
    if not path:
        return (0, False), []
    part, *rest = path
    there = part in here if isinstance(here, dict) else isinstance(here, list) and isinstance(part, int)
    if isinstance(here, dict) and not rest:
        return (int(there), there), [part]  # perhaps absent: the field that was missed
    as_a_name = _read(here, rest)
    if not there:
        return as_a_name
    inner = here[part] if isinstance(here, dict) or part < len(here) else None  # type: ignore[operator]
    (found, last), parts = _read(inner, rest)
    as_a_step: tuple[tuple[int, bool], list[str | int]] = (found + 1, last or not rest), [part, *parts]
    return max(as_a_step, as_a_name, key=lambda reading: reading[0])


def _cure(kind: str, context: dict[str, Any], what: str) -> str:
    match kind:
        case "missing":
            return "Send this field."
        case "extra_forbidden":
            return "Leave this field out, or check its spelling."
        case "string_too_long" | "string_too_short" | "too_long" | "too_short":
            bound = context.get("max_length", context.get("min_length"))
            return f"Send {'at most' if 'long' in kind else 'at least'} {bound}."
        case "literal_error" | "enum" | "union_tag_invalid":
            return f"Send one of {context.get('expected') or context.get('expected_tags')}."
        case _ if kind.endswith(("_type", "_parsing")):
            return f"Send {kind.rpartition('_')[0].replace('_', ' ')} here."
        case _:
            return f"Change it so that this holds: {what[:1].lower() + what[1:]}."
