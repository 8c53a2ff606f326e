"""What is open, where alarms go, and a test of it."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.server.alarms.desk import AlarmDesk
from console.server.alarms.rules import TEXTS
from console.server.alarms.settings import AlarmSettings
from console.server.context import Context, ContextDep, Person, PersonDep
from console.server.errors import AlarmsOff, RoleLacksScope
from shared.errors import Invalid

router = APIRouter()
_SCOPE = "operations"


@router.get("/alarms")
async def show_alarms(context: ContextDep, person: PersonDep) -> Response:
    """What is wrong now, and what was lately."""
    board = _desk(context, person).board()
    shown = [*board.open.values(), *board.cleared[:20]]
    items = [{**alarm.model_dump(mode="json"), "text": TEXTS.get(alarm.what, alarm.what)} for alarm in shown]
    waits = sorted({way for note in board.notes for way in note.open_ways})
    return JSONResponse({"items": items, "not_told_yet_by": waits})


@router.get("/alarms/settings")
async def show_settings(context: ContextDep, person: PersonDep) -> Response:
    """Where alarms go; no secrets."""
    return JSONResponse(_shown(_desk(context, person)))


@router.post("/alarms/settings")
async def change_settings(request: Request, context: ContextDep, person: PersonDep) -> Response:
    """Alarms go there from the next look on. A password or secret that is left out stays as it is."""
    desk = _desk(context, person)
    body: Any = await request.json()
    try:
        if isinstance(body, dict) and body.get("webhook_url") and not body.get("webhook_secret"):
            body["webhook_secret"] = desk.settings().webhook_secret
        wanted = AlarmSettings.model_validate(body)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".strip(": ") for fault in error.errors()]
        raise Invalid("; ".join(faults), cure="Mend what is named.", where="/") from error
    await asyncio.to_thread(desk.change, wanted)
    return JSONResponse(_shown(desk))


@router.post("/alarms/test")
async def test_alarms(context: ContextDep, person: PersonDep) -> Response:
    """A test by every way that is set; what each said."""
    return JSONResponse(await _desk(context, person).test())


def _desk(context: Context, person: Person) -> AlarmDesk:
    if _SCOPE not in person.scopes:
        raise RoleLacksScope("This needs operations.", cure="Ask for the role operator.", scope=_SCOPE)
    if context.alarms is None:
        raise AlarmsOff("There is no folder for alarms.", cure="Set ALARMS_FOLDER and HEALTH_URLS of the console.")
    return context.alarms


def _shown(desk: AlarmDesk) -> dict[str, Any]:
    settings = desk.settings()
    shown = settings.model_dump(exclude={"webhook_secret": True, "server": {"password"}})
    password = settings.server is not None and settings.server.password is not None
    return {
        **shown,
        "password_set": password,
        "webhook_secret_set": settings.webhook_secret is not None,
        "installation_server": desk.fallback is not None,
        "ways": settings.ways(desk.fallback),
    }
