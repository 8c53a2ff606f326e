"""An app that exists only here: a door for strangers that writes, beside a door that everything else depends on."""

from __future__ import annotations

import hmac
from typing import ClassVar

from fastapi import FastAPI, Request
from pydantic import BaseModel

from shared.config import ServiceSettings
from shared.web import APIRouter, TxDep, create_app, requires, serve

TOKEN = "genuine"


class HostileSettings(ServiceSettings):
    """Settings of the test's service."""

    service: ClassVar[str] = "hostile"


class PermitIn(BaseModel):
    """What the sender asks."""

    number: int


router = APIRouter()


@router.post("/leave/{token}")
async def leave(token: str, request: Request, tx: TxDep) -> str:
    """As an unsubscribe link: whoever holds it may post, and nobody has a key."""
    await tx.execute("insert into effects (number) values (1)")
    return f"{len(await request.body())} {hmac.compare_digest(token, TOKEN)}"


@router.get("/leave/{token}")
async def look(token: str, tx: TxDep) -> int:
    """Reads, with a transaction."""
    return int(await tx.value("select 1"))


@router.post("/permits", dependencies=[requires("customers:write")])
async def permit(tx: TxDep, body: PermitIn) -> int:
    """As a permit: all sending waits for it."""
    return int(await tx.value("select cast(:number as int)", {"number": body.number}))


def create(settings: ServiceSettings) -> FastAPI:
    """The app."""
    return create_app(settings, [router], public={"/leave/{token}"})


if __name__ == "__main__":
    serve(create, HostileSettings())
