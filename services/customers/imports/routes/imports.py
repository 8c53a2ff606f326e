"""Files of customers: send one, say what its columns mean, check it, start it, and see what was refused."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.customers.config import Settings
from services.customers.imports.schemas.imports import ImportOut, ImportSummary
from services.customers.imports.schemas.mappings import MappingIn
from services.customers.imports.service import files as service
from services.customers.imports.service import finding, steering, undoing
from shared.files.imports.doors import MOST_BYTES, SentFileDep, file_body, refused_answer
from shared.web import APIRouter, CallerDep, TxDep, body_limit, requires
from shared.web.context import ContextDep, app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/imports", tags=["imports"], dependencies=[requires("customers:import")])
SettingsDep = Annotated[Settings, Depends(app_settings)]

_FILE_BODY = file_body("the bytes of a CSV or XLSX file", "E-Mail;Vorname;Ort\r\nada@example.test;Ada;Bath\r\n")


@router.post("", status_code=201, dependencies=[body_limit(MOST_BYTES)], openapi_extra=_FILE_BODY)
async def send(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    settings: SettingsDep,
    response: Response,
    sent: SentFileDep,
) -> ImportOut:
    """Send a file as the body. It is read and shown; nothing of it is taken before it is mapped and started."""
    made = await service.take_file(context.database, settings, request.stream(), sent, by=caller.id)
    response.headers["Location"] = f"/imports/{made.import_id}"
    async with context.database.transaction() as tx:
        return ImportOut.shown(await service.show_import(tx, settings, made.import_id))


@router.get("")
async def list_imports(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[ImportSummary]:
    """Every import, the newest first: who brought which file, and what came of it."""
    found = await finding.list_imports(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].import_id}) if len(found) > limit else None
    return Page(items=[ImportSummary.of(made) for made in found[:limit]], next=cursor)


@router.get("/{import_id}")
async def read(tx: TxDep, settings: SettingsDep, import_id: UUID) -> ImportOut:
    """One import: how far it is, what its rows came to, which were refused and why."""
    return ImportOut.shown(await service.show_import(tx, settings, import_id))


@router.put("/{import_id}/mapping")
async def map_columns(tx: TxDep, settings: SettingsDep, import_id: UUID, body: MappingIn) -> ImportSummary:
    """Say what the columns mean. What a dry run found by another mapping is forgotten.

    What the file says of consent is taken where it is proven (`consents`): wording, version, day and source. It goes to
    privacy's ledger with file and row as evidence; whoever is not proven to have agreed is not written to."""
    rules = [rule.rule() for rule in body.consents]
    return ImportSummary.of(await steering.map_columns(tx, settings, import_id, body.mapping(), rules))


@router.post("/{import_id}/dry-run", status_code=202)
async def check(tx: TxDep, import_id: UUID) -> ImportSummary:
    """Count what the rows would come to, with examples field by field. No customer changes."""
    return ImportSummary.of(await steering.check_import(tx, import_id))


@router.post("/{import_id}/start", status_code=202)
async def start(tx: TxDep, caller: CallerDep, import_id: UUID) -> ImportSummary:
    """Take the rows, but those that are refused. It goes on after a crash, each row once; nobody is mailed for it."""
    return ImportSummary.of(await steering.start_import(tx, import_id, by=caller.id))


@router.post("/{import_id}/pause", status_code=202)
async def pause(tx: TxDep, import_id: UUID) -> ImportSummary:
    """Take no more rows for now; those that were taken stay."""
    return ImportSummary.of(await steering.pause_import(tx, import_id))


@router.post("/{import_id}/resume", status_code=202)
async def resume(tx: TxDep, import_id: UUID) -> ImportSummary:
    """Go on with the next row."""
    return ImportSummary.of(await steering.resume_import(tx, import_id))


@router.post("/{import_id}/cancel", status_code=202)
async def cancel(tx: TxDep, import_id: UUID) -> ImportSummary:
    """End it: no further row is taken, those that were taken stay until they are taken back. Ends a dry run, too."""
    return ImportSummary.of(await steering.cancel_import(tx, import_id))


@router.post("/{import_id}/undo", status_code=202)
async def undo(tx: TxDep, caller: CallerDep, import_id: UUID) -> ImportSummary:
    """Take the whole import back. Every customer is as if it had not been: what it wrote over holds again, what was
    stated since stays, and whom nobody else knew is gone. Messages that were sent because of it stay sent."""
    return ImportSummary.of(await undoing.undo_import(tx, import_id, by=caller.id))


@router.get("/{import_id}/errors", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def refused(context: ContextDep, settings: SettingsDep, import_id: UUID) -> StreamingResponse:
    """The refused rows as CSV with reasons, safe to open in a spreadsheet: mend them and send that file."""
    async with context.database.transaction() as tx:
        made = await finding.find_import(tx, import_id)
    return refused_answer(context.database, settings, made)
