"""What a request of the console has at hand: the session's person, and what the process holds open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast

import httpx
from fastapi import Depends
from redis.asyncio import Redis
from starlette.requests import Request

from console.server.config import Settings
from console.server.errors import NotSignedIn
from console.server.oidc import Provider
from console.server.operations import Operations
from console.server.roles import scopes_of
from console.server.sessions import Sessions
from console.server.users import Users
from shared.clock import Clock
from shared.redis import RateLimit


@dataclass(frozen=True, slots=True)
class Context:
    """Opened once per process."""

    settings: Settings
    redis: Redis
    users: Users
    sessions: Sessions
    operations: Operations
    clients: Mapping[str, httpx.AsyncClient]
    probe: httpx.AsyncClient
    tries: RateLimit
    tries_of_name: RateLimit
    clock: Clock
    provider: Provider | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, with what they may do at this moment."""

    name: str
    roles: list[str]
    scopes: frozenset[str]


def _context(request: Request) -> Context:
    return cast(Context, request.app.state.context)


ContextDep = Annotated[Context, Depends(_context)]


async def find_person(context: Context, request: Request) -> Person | None:
    """The person of the request's session. A local account that was removed or changed counts at once: whoever got in
    by a password that is no longer the account's is out."""
    session = await context.sessions.find(request.cookies.get(context.sessions.cookie))
    if session is None:
        return None
    roles = session.roles
    if session.local:
        user = context.users.find(session.user)
        if user is None or user.stamp != session.stamp:
            return None
        roles = user.roles
    return Person(session.user, roles, scopes_of(roles))


async def _signed_in(context: ContextDep, request: Request) -> Person:
    person = await find_person(context, request)
    if person is None:
        raise NotSignedIn("There is no session, or it has ended.", cure="Sign in.")
    return person


PersonDep = Annotated[Person, Depends(_signed_in)]
