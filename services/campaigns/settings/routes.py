"""Read and set who writes, over which mail server, and to whom for now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.campaigns.config import Settings
from services.campaigns.settings import service
from services.campaigns.settings.clients import check_server
from services.campaigns.settings.schemas import AllowListIn, AllowListOut, ChangeOut, CheckOut, SendingIn, SendingOut
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/settings", tags=["settings"])
SettingsDep = Annotated[Settings, Depends(app_settings)]
_READ, _SEND = [requires("campaigns:read")], [requires("campaigns:send")]
# Whoever names the mail server gets every address, every letter and the links in them: more than starting campaigns.
_SET = [requires("campaigns:settings")]


@router.get("/sending", dependencies=_READ)
async def read_sending(tx: TxDep, settings: SettingsDep) -> SendingOut:
    """Who writes and over which mail server: what people have set, else what the environment says."""
    return SendingOut.of(settings, await service.get_settings(tx))


@router.put("/sending", dependencies=_SET)
async def set_sending(tx: TxDep, settings: SettingsDep, caller: CallerDep, body: SendingIn) -> SendingOut:
    """In force within five seconds, without a restart. What is left out stays; null takes the environment's. With the
    first server an allow-list holds outside production: what stayed on the machine would reach everybody at once."""
    if "sender" in body.model_fields_set:
        await service.set_sender(tx, settings, body.identity(), by=caller.id)
    if "server" in body.model_fields_set:
        await service.set_server(tx, settings, body.mail_server(), by=caller.id)
    return SendingOut.of(settings, await service.get_settings(tx))


@router.post("/sending/check", dependencies=_SET)
async def check_sending(context: ContextDep, settings: SettingsDep) -> CheckOut:
    """Connect to the mail server, encrypt, log in, name the sender. Nothing is sent."""
    async with context.database.transaction() as tx:
        now = await service.effective(tx, settings)
    # No transaction is open while the server is asked.
    checked = CheckOut.of(await check_server(now))
    if checked.ok:
        async with context.database.transaction() as tx:
            await service.note_checked(tx, now)
    return checked


@router.get("/allow-list", dependencies=_READ)
async def read_allow_list(tx: TxDep, settings: SettingsDep) -> AllowListOut:
    """Who alone is written to for now, and how many could be."""
    return AllowListOut.of(settings, await service.get_settings(tx), await service.count_mailable(tx))


@router.put("/allow-list", dependencies=_SEND)
async def set_allow_list(tx: TxDep, settings: SettingsDep, caller: CallerDep, body: AllowListIn) -> AllowListOut:
    """From the next message on, in production too. Lifting it asks for the number of those who may be written to."""
    kept = await service.set_allow_list(tx, body.allow_list(), recipients=body.recipients, by=caller.id)
    return AllowListOut.of(settings, kept, await service.count_mailable(tx))


@router.get("/changes", dependencies=_READ)
async def list_changes(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[ChangeOut]:
    """Who set what, the newest first."""
    found = await service.list_changes(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].id}) if len(found) > limit else None
    return Page(items=[ChangeOut.of(change) for change in found[:limit]], next=cursor)
