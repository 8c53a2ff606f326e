"""`/api/<service>/…`: the five APIs as a signed-in person may use them, with the console's own key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote, unquote

import httpx
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from console.server.context import Context, ContextDep, Person, PersonDep
from console.server.errors import NoSuchOperation, RoleLacksScope, ServiceAway
from console.server.operations import FILE, Operation
from shared.errors import WrongMediaType

router = APIRouter()

# A preview over a million customers and an export take their time; a service that is away is noticed at once.
_TIMEOUT = httpx.Timeout(60.0, connect=2.0)
# A file is read as a whole before the service answers.
_FILE_TIMEOUT = httpx.Timeout(300.0, connect=2.0)
_SENT_ON = ("content-type", "accept", "if-match", "idempotency-key", "traceparent")
_SENT_BACK = ("content-type", "content-disposition", "etag", "retry-after", "location")


@router.api_route("/api/{service}/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def forward(service: str, path: str, request: Request, context: ContextDep, person: PersonDep) -> Response:
    """The service's own answer, whatever it is; ours when the person may not use the operation."""
    raw = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0].removeprefix(f"/api/{service}")
    operation = allowed(context, person, request.method, service, raw)
    if not operation.takes_file and request.headers.get("content-type", "").startswith(FILE):
        raise WrongMediaType("This takes no file.", cure="Send Content-Type: application/json.")
    answer = await send(context, person, operation, raw, request)
    return StreamingResponse(
        _body(answer),
        answer.status_code,
        {name: answer.headers[name] for name in _SENT_BACK if name in answer.headers},
    )


def allowed(context: Context, person: Person, method: str, service: str, path: str) -> Operation:
    """The operation, when there is one and the person may use it. Raises NoSuchOperation and RoleLacksScope."""
    operation = context.operations.find(service, method, path)
    # A dot segment or a slash in disguise could mean another path behind the proxy than here.
    parts = [unquote(part) for part in path.split("/")]
    if operation is None or any(part in (".", "..") or "/" in part for part in parts):
        raise NoSuchOperation(f"{method} {path} is no operation of {service}.", cure="See the service's /docs.")
    if operation.scope not in person.scopes:
        raise RoleLacksScope(
            f"This needs {operation.scope}, which {_roles(person)} does not have.",
            cure="Ask whoever gives out accounts for a role that has it.",
            scope=operation.scope,
        )
    return operation


async def send(
    context: Context, person: Person, operation: Operation, path: str, request: Request | None = None, **more: object
) -> httpx.Response:
    """Ask the service in the person's name. The answer's body is still to be read. Raises ServiceAway."""
    client = context.clients[operation.service]
    headers = {name: request.headers[name] for name in _SENT_ON if name in request.headers} if request else {}
    headers["Acting-For"] = quote(person.name, safe="@+._-")
    content: bytes | AsyncIterator[bytes] | None = None
    if request and operation.takes_file:
        # With its length it goes on as it comes, and is held nowhere here.
        headers["content-length"] = request.headers.get("content-length", "0")
        content = request.stream()
    elif request and request.method != "GET":
        content = await request.body()
    outgoing = client.build_request(
        operation.method,
        httpx.URL(path, query=request.url.query.encode() or None) if request else path,
        headers=headers,
        content=content,
        timeout=_FILE_TIMEOUT if operation.takes_file else _TIMEOUT,
        **more,  # type: ignore[arg-type]
    )
    try:
        return await client.send(outgoing, stream=True)
    except httpx.TransportError as error:
        raise ServiceAway(
            f"{operation.service} did not answer ({type(error).__name__}).",
            cure="Try again shortly. Whether a change was made can be seen by looking again.",
            retry_after=2,
        ) from error


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_bytes():
            yield chunk
    finally:
        await answer.aclose()


def _roles(person: Person) -> str:
    return f"the role {' + '.join(person.roles)}" if person.roles else "an account without a role"
