"""Ask for exports, look at them, fetch their files; keep layouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.exports import repository
from services.customers.exports.clients.files import ExportFiles
from services.customers.exports.domain import (
    Criteria,
    Export,
    ExportedColumn,
    Format,
    Layout,
    known_columns,
    unknown_columns,
)
from services.customers.exports.errors import ExportNotReady, InvalidExport, NoSuchExport, NoSuchLayout
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.nearest import nearest


async def ask_export(
    tx: Tx,
    settings: Settings,
    criteria: Criteria,
    columns: Sequence[ExportedColumn],
    *,
    format: Format,
    reason: str,
    by: str,
) -> Export:
    """The worker fills the file; who asked, for whom and why is kept. Raises InvalidExport, FilesNotSetUp."""
    ExportFiles(settings)
    await refuse_unknown(tx, columns)
    if criteria.segment_id is not None and settings.analytics_url is None:
        raise InvalidExport(
            "Members of segments cannot be asked for: analytics' address is not set (ANALYTICS_URL).",
            cure="Set it for the worker of customers, or leave segment_id out.",
            where="/criteria/segment_id",
        )
    made = Export(new_id(), format, criteria, list(columns), reason, "running", tx.now, by)
    await repository.add_export(tx, made)
    return made


async def refuse_unknown(tx: Tx, columns: Sequence[ExportedColumn]) -> None:
    """Raises InvalidExport with every column that is nothing a customer has, or is headed as another one is: of two
    values under one name a line of JSON has the last."""
    definitions = await load_definitions(tx)
    known = known_columns(definitions)
    errors = []
    for place, name in unknown_columns(columns, definitions):
        near = nearest(name, known)
        cure = f"Did you mean {near!r}?" if near else f"Send one of: {', '.join(known)[:500]}."
        errors.append({"where": f"/columns/{place}", "what": f"{name[:63]!r} is no column", "cure": cure})
    headings = [column.heading for column in columns]
    for place, heading in enumerate(headings):
        if heading in headings[:place]:
            what = f"{heading[:63]!r} stands above another column"
            errors.append({"where": f"/columns/{place}/heading", "what": what, "cure": "Name it otherwise."})
    if errors:
        raise InvalidExport("The columns cannot be used.", cure="Mend what is named.", errors=errors)


async def find_export(tx: Tx, export_id: UUID, *, lock: bool = False) -> Export:
    """One export. Raises NoSuchExport."""
    made = await repository.export_of(tx, export_id, lock=lock)
    if made is None:
        raise NoSuchExport("There is no such export.", cure="Look at GET /exports.", where="path:export_id")
    return made


async def list_exports(tx: Tx, before: UUID | None, limit: int) -> list[Export]:
    """The newest first: who took whom out, and why."""
    return await repository.page_of_exports(tx, before, limit)


async def cancel_export(tx: Tx, export_id: UUID) -> Export:
    """It is not filled any further."""
    made = await find_export(tx, export_id, lock=True)
    if made.state != "running":
        return made
    ended = replace(made, state="cancelled", finished_at=tx.now)
    await repository.save_export(tx, ended)
    return ended


async def open_export(tx: Tx, settings: Settings, export_id: UUID, *, by: str) -> Export:
    """The export, whose file may be fetched; that it is fetched is kept. Raises NoSuchExport, ExportNotReady."""
    made = await find_export(tx, export_id)
    if made.state != "done" or made.file_deleted_at is not None or not ExportFiles(settings).exists(export_id):
        raise ExportNotReady(
            f"The export is {made.state}." if made.state != "done" else "Its file was deleted.",
            cure="Look at GET /exports/{export_id}; ask for another one when its file is gone.",
        )
    await repository.add_download(tx, export_id, by)
    return made


async def keep_layout(tx: Tx, name: str, columns: Sequence[ExportedColumn], *, by: str) -> Layout:
    """These columns in this order are kept under a name. Raises InvalidExport."""
    await refuse_unknown(tx, columns)
    kept = Layout(name, list(columns), tx.now, by)
    await repository.keep_layout(tx, kept)
    return kept


async def find_layout(tx: Tx, name: str) -> Layout:
    """The layout of that name. Raises NoSuchLayout."""
    kept = await repository.layout_named(tx, name)
    if kept is None:
        raise NoSuchLayout("No layout is kept under this name.", cure="Look at GET /export-layouts.", where="path:name")
    return kept


async def forget_layout(tx: Tx, name: str) -> None:
    """It is kept no longer. Raises NoSuchLayout."""
    if not await repository.delete_layout(tx, name):
        await find_layout(tx, name)
