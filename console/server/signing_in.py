"""Who you are: sign-in with a password, a one-time link or an OpenID provider; and what you may do then."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from console.server.context import Context, ContextDep, find_person
from console.server.errors import CodeWanted, Misdirected, TooManyTries, WrongCredentials
from console.server.one_time import use_code, use_token
from console.server.sessions import Session
from shared.web.addresses import client_of

router = APIRouter()

Text = Annotated[str, Field(min_length=1, max_length=500)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_In):
    """Name and password; the code only for accounts that ask for one."""

    name: Text
    password: Text
    code: Annotated[str, Field(max_length=12)] = ""


class Once(_In):
    """What stands behind the # of a one-time link."""

    token: Text


@router.get("/auth/session")
async def show_session(context: ContextDep, request: Request) -> Response:
    """Who is signed in and what they may do; and, for those who are not, which ways in there are."""
    person = await find_person(context, request)
    provider = context.provider.label if context.provider else None
    ways = {"password": any(user.password_hash for user in context.users.all()), "provider": provider}
    if person is None:
        return JSONResponse({"user": None, "roles": [], "scopes": [], "ways": ways})
    return JSONResponse({"user": person.name, "roles": person.roles, "scopes": sorted(person.scopes), "ways": ways})


@router.post("/auth/sign-in", status_code=204)
async def sign_in(body: SignIn, context: ContextDep, request: Request, response: Response) -> None:
    """A session for whoever knows name, password and, where one is asked for, the code."""
    await _admit_try(context, request, body.name)
    # Argon2 takes some 50 ms of CPU on purpose: not on the loop.
    user = await asyncio.to_thread(context.users.verify, body.name, body.password)
    if user is None:
        raise WrongCredentials(
            "Name or password is wrong.", cure="Check both; whoever gives out accounts can set anew."
        )
    if user.totp is not None and not body.code:
        raise CodeWanted("This account asks for a one-time code.", cure="Type the six digits of your code app.")
    if user.totp is not None:
        step = context.users.step_of(user, body.code)
        # Whoever looked over a shoulder, or at a proxy, has the code too: it counts once.
        if step is None or not await use_code(context.redis, user.stamp, step):
            raise WrongCredentials(
                "The code is wrong, too old or was used already.", cure="Type the digits that the app shows now."
            )
    await context.sessions.begin(Session(user.name, local=True, stamp=user.stamp), response)


@router.post("/auth/once", status_code=204)
async def sign_in_once(body: Once, context: ContextDep, request: Request, response: Response) -> None:
    """A session by a one-time link. A GET would not do: programs that look at links would use it up."""
    await _admit_try(context, request, "")
    name = await use_token(context.redis, body.token)
    user = context.users.find(name) if name is not None else None
    if user is None:
        raise WrongCredentials(
            "This one-time link was used already or is too old.",
            cure="Start again to get a new one, or `python -m console.server.users link`.",
        )
    await context.sessions.begin(Session(user.name, local=True, stamp=user.stamp), response)


@router.post("/auth/sign-out", status_code=204)
async def sign_out(context: ContextDep, request: Request, response: Response) -> None:
    """The session is over, here and in every tab."""
    await context.sessions.end(request.cookies.get(context.sessions.cookie), response)


@router.get("/auth/oidc")
async def go_to_provider(context: ContextDep, request: Request) -> Response:
    """Off to the provider."""
    if context.provider is None:
        raise Misdirected("No OpenID provider is set.", cure="Sign in with name and password.")
    address, cookie = await context.provider.begin(str(_origin(context, request)))
    response = RedirectResponse(address, 303)
    response.set_cookie(
        "crm-oidc", cookie, max_age=600, httponly=True, samesite="lax", secure=context.settings.is_secure, path="/auth"
    )
    return response


@router.get("/auth/oidc/back")
async def come_back(context: ContextDep, request: Request) -> Response:
    """Back from the provider: a session with the roles that it states."""
    if context.provider is None:
        raise Misdirected("No OpenID provider is set.", cure="Sign in with name and password.")
    name, roles = await context.provider.finish(
        str(_origin(context, request)), request.cookies.get("crm-oidc", ""), dict(request.query_params)
    )
    response = RedirectResponse("/", 303)
    response.delete_cookie("crm-oidc", path="/auth")
    await context.sessions.begin(Session(name, local=False, roles=roles), response)
    return response


def _origin(context: Context, request: Request) -> str:
    return context.settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.headers['host']}"


async def _admit_try(context: Context, request: Request, name: str) -> None:
    """Slow down guessing, by address and by name. An address that is refused uses up no tries of a name's owner. Raises
    TooManyTries."""
    wait = await context.tries.admit(client_of(request.scope, context.settings.trusted_proxies))
    if not wait and name:
        wait = await context.tries_of_name.admit(name)
    if wait:
        raise TooManyTries("Too many tries to sign in.", cure="Wait a little.", retry_after=wait)
