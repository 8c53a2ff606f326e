"""Who gets the mail of Monday, how it looks, and one at once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.server.alarms.delivery import NOT_TAKEN
from console.server.context import Context, ContextDep, Person, PersonDep
from console.server.errors import AlarmsOff, RoleLacksScope, ServiceAway
from console.server.monday.desk import FiguresAway, MondayDesk
from console.server.monday.settings import MondaySettings
from console.server.roles import OWNER
from shared.errors import Invalid

router = APIRouter()


@router.get("/monday")
async def show_monday(context: ContextDep, person: PersonDep) -> Response:
    """Who gets it."""
    return JSONResponse(_desk(context, person).settings().model_dump(mode="json"))


@router.post("/monday")
async def change_monday(request: Request, context: ContextDep, person: PersonDep) -> Response:
    """Who gets it from now on."""
    desk = _desk(context, person)
    body: Any = await request.json()
    try:
        wanted = MondaySettings.model_validate(body)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".strip(": ") for fault in error.errors()]
        raise Invalid("; ".join(faults), cure="Mend what is named.", where="/") from error
    kept = await asyncio.to_thread(desk.change, wanted)
    return JSONResponse(kept.model_dump(mode="json"))


@router.post("/monday/send")
async def send_monday(context: ContextDep, person: PersonDep) -> Response:
    """The mail of last week, at once, to the mailbox that is set."""
    desk = _desk(context, person)
    settings = desk.settings()
    if settings.mailbox is None:
        raise Invalid("There is no mailbox.", cure="Save one first.", where="/mailbox")
    try:
        letter = await desk.send(settings)
    except (*NOT_TAKEN, FiguresAway, httpx.HTTPError) as error:
        raise ServiceAway(f"It was not sent: {error}"[:300], cure="Look at the mail server and analytics.") from error
    return JSONResponse({"subject": letter.subject, "text": letter.text})


def _desk(context: Context, person: Person) -> MondayDesk:
    if OWNER not in person.roles:
        raise RoleLacksScope("This is the owner's.", cure="Ask for the role owner.", scope=OWNER)
    if context.monday is None:
        raise AlarmsOff("There is no folder for it.", cure="Set ALARMS_FOLDER and HEALTH_URLS of the console.")
    return context.monday
