"""Take customers out as files: ask, look, fetch; keep layouts of columns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response
from fastapi.responses import StreamingResponse

from services.customers.config import Settings
from services.customers.exports.errors import InvalidExport
from services.customers.exports.schemas import ExportIn, ExportOut, ExportShown, LayoutIn, LayoutOut
from services.customers.exports.service import asking as service
from services.customers.exports.service import fetching
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in, text_in

router = APIRouter(tags=["exports"], dependencies=[requires("customers:export")])
SettingsDep = Annotated[Settings, Depends(app_settings)]
Named = Annotated[
    str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f/]+$", description="as its owner calls it")
]
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.post("/exports", status_code=202)
async def ask(tx: TxDep, caller: CallerDep, settings: SettingsDep, body: ExportIn, response: Response) -> ExportOut:
    """Ask for a file. The worker fills it; who asked, for whom and why is kept."""
    if (body.columns is None) == (body.layout is None):
        raise InvalidExport("Which columns?", cure="Send columns, or the name of a layout.", where="/columns")
    if body.columns is not None:
        columns = [column.column() for column in body.columns]
    else:
        columns = list((await service.find_layout(tx, body.layout or "")).columns)
    criteria = body.criteria.criteria()
    made = await service.ask_export(
        tx, settings, criteria, columns, format=body.format, reason=body.reason, by=caller.id
    )
    response.headers["Location"] = f"/exports/{made.export_id}"
    return ExportOut.of(made)


@router.get("/exports")
async def list_exports(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[ExportOut]:
    """Every export, the newest first: who took whom out, what of them, and why."""
    found = await service.list_exports(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].export_id}) if len(found) > limit else None
    return Page(items=[ExportOut.of(made) for made in found[:limit]], next=cursor)


@router.get("/exports/{export_id}")
async def read(tx: TxDep, export_id: UUID) -> ExportShown:
    """One export: how far it is, and who has fetched its file."""
    made = await service.find_export(tx, export_id)
    return ExportShown.shown(made, await fetching.downloads_of(tx, export_id))


@router.post("/exports/{export_id}/cancel", status_code=202)
async def cancel(tx: TxDep, export_id: UUID) -> ExportOut:
    """Fill it no further."""
    return ExportOut.of(await service.cancel_export(tx, export_id))


@router.get(
    "/exports/{export_id}/file",
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: {} for media in _MEDIA.values()}}},
)
async def fetch(context: ContextDep, caller: CallerDep, settings: SettingsDep, export_id: UUID) -> StreamingResponse:
    """The file. That it was fetched, and by whom, is kept."""
    async with context.database.transaction() as tx:
        made = await service.open_export(tx, settings, export_id, by=caller.id)
    return StreamingResponse(
        fetching.chunks_of(settings, made),
        media_type=_MEDIA[made.format],
        headers={"Content-Disposition": f'attachment; filename="customers-{export_id}.{made.format}"'},
    )


@router.get("/export-layouts")
async def list_layouts(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[LayoutOut]:
    """Columns that were kept, by name."""
    found = await fetching.list_layouts(tx, text_in(after, "name"), limit + 1)
    cursor = encode_cursor({"name": found[limit - 1].name}) if len(found) > limit else None
    return Page(items=[LayoutOut.of(layout) for layout in found[:limit]], next=cursor)


@router.put("/export-layouts/{name}")
async def keep_layout(tx: TxDep, caller: CallerDep, name: Named, body: LayoutIn) -> LayoutOut:
    """Keep columns and their order under a name, in place of those before."""
    columns = [column.column() for column in body.columns]
    return LayoutOut.of(await service.keep_layout(tx, name, columns, by=caller.id))


@router.get("/export-layouts/{name}")
async def read_layout(tx: TxDep, name: Named) -> LayoutOut:
    """One layout."""
    return LayoutOut.of(await service.find_layout(tx, name))


@router.delete("/export-layouts/{name}", status_code=204)
async def forget_layout(tx: TxDep, name: Named) -> None:
    """Keep it no longer."""
    await service.forget_layout(tx, name)
