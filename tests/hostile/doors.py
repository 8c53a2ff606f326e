"""An app that exists only here: a door for strangers that writes, beside a door that everything else depends on."""

from __future__ import annotations

import hmac
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from shared.config import ServiceSettings
from shared.web import (
    MIB,
    APIRouter,
    AppContext,
    CallerDep,
    ContextDep,
    TxDep,
    body_limit,
    create_app,
    public,
    requires,
    serve,
)

TOKEN = "genuine"


class HostileSettings(ServiceSettings):
    """Settings of the test's service."""

    service: ClassVar[str] = "hostile"


class PermitIn(BaseModel):
    """What the sender asks."""

    number: int


router = APIRouter()


def genuine(request: Request, context: AppContext) -> HTMLResponse | None:
    """As the signature of an unsubscribe link."""
    if hmac.compare_digest(request.path_params["token"].encode(), TOKEN.encode()):
        return None
    return HTMLResponse("This link is not one of ours.", 404)


@router.post("/leave/{token}", dependencies=[public(genuine)])
async def leave(request: Request, tx: TxDep) -> int:
    """As an unsubscribe link: whoever holds it may post, and nobody has a key."""
    await tx.execute("insert into effects (number) values (1)")
    return len(await request.body())


@router.get("/ponder")
async def ponder(context: ContextDep) -> None:
    """A stranger's request that is slow in the database, through a transaction that the route opens itself."""
    async with context.database.transaction() as tx:
        await tx.execute("select pg_sleep(3)")


@router.post("/unchecked")
async def unchecked(tx: TxDep, caller: CallerDep) -> str:
    """Writes for anybody, without a check."""
    await tx.execute("insert into effects (number) values (1)")
    return caller.id


@router.post("/permits", dependencies=[requires("customers:write")])
async def permit(tx: TxDep, body: PermitIn) -> int:
    """As a permit: all sending waits for it."""
    return int(await tx.value("select cast(:number as int)", {"number": body.number}))


@router.post("/hear", dependencies=[requires("interactions:write", pages=True)])
async def hear(caller: CallerDep) -> str:
    """As the door for events of a storefront's page, whose key is everybody's."""
    return caller.id


@router.post("/wide", dependencies=[requires("customers:write"), body_limit(3 * MIB)])
async def wide(body: PermitIn) -> int:
    """Takes large bodies."""
    return body.number


def create(settings: ServiceSettings) -> FastAPI:
    """The app."""
    return create_app(settings, [router], public={"/leave/{token}", "/ponder", "/unchecked"})


if __name__ == "__main__":
    serve(create, HostileSettings())
