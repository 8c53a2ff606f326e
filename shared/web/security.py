"""Who may come in: the scope each route names, and the key each request shows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, params
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Forbidden, TooManyRequests, Unauthorized
from shared.security.api_keys import ANYBODY, SCOPES, Principal
from shared.web.addresses import client_of
from shared.web.context import AppContext

M = TypeVar("M")
Check = Callable[[Request, AppContext], Response | None]
KeyInBody = Callable[[Request], Awaitable[str | None]]

_LONGEST_KEY = 500


class NotForPages(Forbidden):
    """Whoever reads a page has its key: what such a key may do at this door, anybody could do to everybody."""

    slug, title = "not-for-pages", "Not with a browser's key"


@dataclass(frozen=True, slots=True)
class ScopeMarker:
    """Stands among a route's dependencies; the route class enforces it before anything else is read."""

    scope: str
    key_in_body: KeyInBody | None = None
    pages: bool = False

    async def __call__(self) -> None:
        """Nothing is left to do here."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Stands among a route's dependencies: the bytes it takes."""

    limit: int

    async def __call__(self) -> None:
        """Nothing is left to do here."""


def requires(scope: str, *, key_in_body: KeyInBody | None = None, pages: bool = False) -> Any:
    """`dependencies=[requires("customers:write")]`: only keys with this scope may call the route, and none that stands
    in a page, unless `pages` says that the route is made for those: a scope alone opens more doors than were thought of
    when a page was given it.

    `key_in_body` is for the doors of other firms' clients, whose key is the user of Basic, or stands in the body: it
    finds the key there. Who shows no key in the head is counted by address before the body is read.
    """
    if scope not in SCOPES:
        raise ValueError(f"{scope!r} is not a scope; they are listed in shared.security.api_keys")
    return Depends(ScopeMarker(scope, key_in_body, pages))


@dataclass(frozen=True, slots=True)
class PublicMarker:
    """Stands among a public route's dependencies: what is looked at before its body is read or a connection taken."""

    check: Check

    async def __call__(self) -> None:
        """Nothing is left to do here."""


def public(check: Check) -> Any:
    """`dependencies=[public(genuine)]`: a route without a key, whose callers show something else.

    `check(request, context)` looks at that (a signed token in the path) without waiting for anything. It returns None
    to let the request in, or the answer to give instead, or raises a Refusal. The path must be listed as public, too.
    """
    return Depends(PublicMarker(check))


def body_limit(size: int) -> Any:
    """`dependencies=[…, body_limit(8 * MIB)]`: this route takes bodies of up to `size` bytes (1 MiB without it)."""
    return Depends(BodyLimit(size))


def marked(dependencies: list[params.Depends], kind: type[M]) -> list[M]:
    """The markers of one kind among a route's dependencies."""
    return [found.dependency for found in dependencies if isinstance(found.dependency, kind)]


async def let_in(
    request: Request,
    context: AppContext,
    scope: str,
    key_in_body: KeyInBody | None = None,
    *,
    pages: bool = False,
) -> Principal:
    """The caller, when they may call a route that needs `scope`. Raises 401, 403 or 429.

    A key of a page is shared by all who look at it: each address has a rate of its own, so that one of them cannot use
    up the key's.
    """
    counted = False
    key = _shown_key(request)
    if key is None and key_in_body is not None:
        key = _basic_user(request)
        if key is None:
            await _admit_address(request, context.strangers or context)
            counted = True
            key = ((await key_in_body(request)) or "")[:_LONGEST_KEY] or None
    if key is None:
        raise _unauthorized("This route needs an API key.", "no key")
    caller = context.keys.find(key)
    if caller is None:
        raise _unauthorized("This API key is not known or has expired.", "unknown key")
    if scope not in caller.scopes:
        raise Forbidden(
            f"This route needs the scope {scope}.",
            cure=f"Use a key that has {scope}.",
            scope=scope,
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )
    if caller.trust == "browser":
        if not pages:
            raise NotForPages("Whoever reads a page could do this to everybody.", cure="Use a server's key.")
        if not counted:
            await _admit_address(request, context.strangers or context)
    wait = await context.limit.admit(caller.id)
    if wait > 0:
        raise TooManyRequests(
            f"More than {context.settings.requests_per_second:g} requests a second with this key.",
            cure="Slow down, or send batches.",
            retry_after=wait,
        )
    return caller


async def let_anybody_in(request: Request, context: AppContext) -> Principal:
    """Whoever calls a public route: known if they show a key. Raises 429 when their address called too often."""
    await _admit_address(request, context)
    key = _shown_key(request)
    return (context.keys.find(key) if key else None) or ANYBODY


async def _admit_address(request: Request, context: AppContext) -> None:
    wait = await context.limit.admit(client_of(request.scope, context.settings.trusted_proxies))
    if wait > 0:
        raise TooManyRequests(
            f"More than {context.settings.public_requests_per_second:g} requests a second from this address.",
            cure="Slow down.",
            retry_after=wait,
        )


def _shown_key(request: Request) -> str | None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    return key[:_LONGEST_KEY] or None


def _basic_user(request: Request) -> str | None:
    """The user of `Authorization: Basic`, where those clients put their key; the password is empty."""
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user = base64.b64decode(packed.strip(), validate=True).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user[:_LONGEST_KEY] or None


def _unauthorized(detail: str, why: str) -> Unauthorized:
    challenge = 'Bearer realm="crm"' + (', error="invalid_token"' if why != "no key" else "")
    return Unauthorized(
        detail,
        cure="Send Authorization: Bearer <key>, or X-API-Key.",
        headers={"WWW-Authenticate": challenge},
    )


async def _caller(request: Request) -> Principal:
    return cast(Principal, request.state.caller)


CallerDep = Annotated[Principal, Depends(_caller)]
