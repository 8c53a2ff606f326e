"""An app that exists only here: doors which count, fail and wait, on the kernel's tables and one table of effects."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict

from shared.config import ServiceSettings
from shared.database.transaction import Tx
from shared.errors import Conflict
from shared.web import APIRouter, CallerDep, TxDep, body_limit, create_app, requires, serve, transaction


class DoorSettings(ServiceSettings):
    """Settings of the test's service."""

    service: ClassVar[str] = "tests"


class CountIn(BaseModel):
    """A number to count."""

    model_config = ConfigDict(extra="forbid")

    number: int
    label: str | None = None


class CountOut(BaseModel):
    """What was counted."""

    number: int
    by: str
    token: UUID


class NumberRefused(Conflict):
    """Negative numbers."""

    slug, title = "number-refused", "The number cannot be counted"


router = APIRouter(prefix="/counts")
WRITES = [requires("customers:write")]
READS = [requires("customers:read")]

# The ordinary scope: what every route would have if nobody had looked.
LateTx = Annotated[Tx, Depends(transaction)]


async def count_it(tx: Tx, number: int) -> None:
    """One effect."""
    await tx.execute("insert into effects (number) values (:number)", {"number": number})


@router.post("", dependencies=WRITES, status_code=201)
async def count(tx: TxDep, caller: CallerDep, body: CountIn) -> CountOut:
    """Count a number."""
    await count_it(tx, body.number)
    if body.number < 0:
        raise NumberRefused("Negative numbers are not counted.", cure="Send another.", where="/number")
    return CountOut(number=body.number, by=caller.id, token=uuid4())


@router.post("/late", dependencies=WRITES)
async def count_late(tx: LateTx, body: CountIn) -> None:
    """As it would be without the kernel's scope."""
    await count_it(tx, body.number)


@router.post("/streamed", dependencies=WRITES)
async def count_streamed(tx: TxDep, body: CountIn) -> StreamingResponse:
    """An answer that cannot be kept."""
    await count_it(tx, body.number)
    return StreamingResponse(iter([b"one", b"two"]))


@router.post("/answered", dependencies=WRITES)
async def refuse_by_answer(tx: TxDep) -> JSONResponse:
    """Refuses without raising."""
    return JSONResponse({}, 409)


@router.post("/deferred/{sqlstate}", dependencies=WRITES)
async def count_deferred(tx: TxDep, sqlstate: str) -> None:
    """Fails at the commit, with the SQLSTATE asked for."""
    await tx.execute(f"""
        create function pg_temp.refuse() returns trigger language plpgsql as
        $$ begin raise exception 'secret of anna@example.test' using errcode = '{sqlstate}'; end $$
    """)
    await tx.execute("create temp table doomed (n int) on commit drop")
    await tx.execute("""
        create constraint trigger refuse after insert on doomed deferrable initially deferred
        for each row execute function pg_temp.refuse()
    """)
    await count_it(tx, 1)
    await tx.execute("insert into doomed values (1)")


@router.post("/wide", dependencies=[*WRITES, body_limit(3_000_000)])
async def count_wide(body: CountIn) -> int:
    """Takes more bytes than others."""
    return len(body.label or "")


@router.get("/slow", dependencies=READS)
async def slow() -> str:
    """Answers after a moment."""
    await asyncio.sleep(1)
    return "done"


@router.get("/broken", dependencies=READS)
async def broken() -> None:
    """A fault of ours."""
    raise RuntimeError("secret of anna@example.test")


@router.get("/found/{name}", dependencies=READS)
async def found(name: str, tx: TxDep, limit: int = 5) -> Any:
    """Echoes."""
    return {"name": await tx.value("select cast(:name as text)", {"name": name}), "limit": limit}


@router.get("/open")
async def open_door(caller: CallerDep) -> str:
    """Needs no key."""
    return caller.id


def create(settings: ServiceSettings) -> FastAPI:
    """The app."""
    return create_app(settings, [router], public={"/counts/open"})


if __name__ == "__main__":
    serve(create, DoorSettings())
