"""Files of orders: send one, say what its columns mean, check it, start it, take it back, and see what was refused."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.interactions.config import Settings
from services.interactions.imports.schemas import ImportOut, ImportSummary, MappingIn, SourceOut
from services.interactions.imports.service import files as service
from shared.files.imports.doors import MOST_BYTES, SentFileDep, file_body, refused_answer
from shared.web import APIRouter, CallerDep, TxDep, body_limit, requires
from shared.web.context import ContextDep, app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

by_interaction = APIRouter(tags=["imports"], dependencies=[requires("interactions:read")])
router = APIRouter(prefix="/imports", tags=["imports"], dependencies=[requires("interactions:import")])
SettingsDep = Annotated[Settings, Depends(app_settings)]

_FILE_BODY = file_body(
    "the bytes of a CSV or XLSX file, one row for each line of an order",
    "Bestellnr;Datum;E-Mail;Artikel;Betrag\r\n"
    "A-1;31.01.2024;ada@example.test;apple;12,50\r\nA-1;31.01.2024;ada@example.test;pear;3,20\r\n",
)


@router.post("", status_code=201, dependencies=[body_limit(MOST_BYTES)], openapi_extra=_FILE_BODY)
async def send(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    settings: SettingsDep,
    response: Response,
    sent: SentFileDep,
) -> ImportOut:
    """Send a file of order lines as the body. It is read and shown; nothing is recorded before it is started.

    Rows with one order number are one purchase (or one return, where their sum is negative), wherever they stand.
    """
    made = await service.take_file(context.database, settings, request.stream(), sent, by=caller.id)
    response.headers["Location"] = f"/imports/{made.import_id}"
    async with context.database.transaction() as tx:
        return ImportOut.shown(await service.show_import(tx, settings, made.import_id))


@router.get("")
async def list_imports(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[ImportSummary]:
    """Every import, the newest first: who brought which file, and what came of it."""
    found = await service.list_imports(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].import_id}) if len(found) > limit else None
    return Page(items=[ImportSummary.of(made) for made in found[:limit]], next=cursor)


@router.get("/{import_id}")
async def read(tx: TxDep, settings: SettingsDep, import_id: UUID) -> ImportOut:
    """One import: how far it is, what its orders came to, which rows were refused and why."""
    return ImportOut.shown(await service.show_import(tx, settings, import_id))


@router.put("/{import_id}/mapping")
async def map_columns(tx: TxDep, settings: SettingsDep, import_id: UUID, body: MappingIn) -> ImportSummary:
    """Say what the columns mean. What a dry run found by another mapping is forgotten."""
    terms = body.terms(await service.usual_terms(tx, settings))
    return ImportSummary.of(await service.map_columns(tx, import_id, body.mapping(), terms))


@router.post("/{import_id}/dry-run", status_code=202)
async def check(tx: TxDep, import_id: UUID) -> ImportSummary:
    """Count what the orders would come to, with sums by currency and examples. Nothing is recorded."""
    return ImportSummary.of(await service.check_import(tx, import_id))


@router.post("/{import_id}/start", status_code=202)
async def start(tx: TxDep, caller: CallerDep, import_id: UUID) -> ImportSummary:
    """Record the orders, but those that are refused, as history: nobody is mailed for it. A crash costs nothing."""
    return ImportSummary.of(await service.start_import(tx, import_id, by=caller.id))


@router.post("/{import_id}/undo", status_code=202)
async def undo(tx: TxDep, caller: CallerDep, import_id: UUID) -> ImportSummary:
    """Take back every order that this import recorded: timelines, segments and scores are as without it, and a mended
    file may bring the orders again. Customers whom the file introduced stay."""
    return ImportSummary.of(await service.undo_import(tx, import_id, by=caller.id))


@router.get("/{import_id}/errors", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def refused(context: ContextDep, settings: SettingsDep, import_id: UUID) -> StreamingResponse:
    """The rows of refused orders as CSV with reasons, safe to open in a spreadsheet: mend them, send that file."""
    async with context.database.transaction() as tx:
        made = await service.find_import(tx, import_id)
    return refused_answer(context.database, settings, made)


@by_interaction.get("/interactions/{interaction_id}/source")
async def source_of(tx: TxDep, interaction_id: UUID) -> SourceOut:
    """Which row of which file an interaction was recorded from. 404 for one that came by another door."""
    import_id, row, file_name = await service.source_of(tx, interaction_id)
    return SourceOut(import_id=import_id, row=row, file_name=file_name)
