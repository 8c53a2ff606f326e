"""Refused rows of imports: kept with their reasons, counted, and sent back as a file to be mended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.files.folder import Files
from shared.files.imports.domain import FileImport, RefusedCount, RefusedRow
from shared.files.settings import FileSettings
from shared.files.sheets import OUR_COLUMNS, csv_line

_PAGE = 500
_ADD = """
    insert into import_refusals (import_id, row, place, reason)
    select :import_id, row, place, reason
    from unnest(cast(:rows as bigint[]), cast(:places as bigint[]), cast(:reasons as text[])) as t(row, place, reason)
"""
_NEXT = """
    select row, place, reason from import_refusals
    where import_id = :import_id and row > :after order by row limit :limit
"""
_COUNTS = """
    select reason, count(*) as rows, (array_agg(row order by row))[1:5] as first_rows
    from import_refusals where import_id = :import_id group by reason order by count(*) desc, reason limit 100
"""


async def add_refusals(tx: Tx, import_id: UUID, refused: Sequence[RefusedRow]) -> None:
    """Keep which rows were refused, and why."""
    if refused:
        params: dict[str, Any] = {
            "rows": [one.row.number for one in refused],
            "places": [one.row.offset for one in refused],
            "reasons": [one.reason for one in refused],
        }
        await tx.execute(_ADD, {"import_id": import_id, **params})


async def clear_refusals(tx: Tx, import_id: UUID) -> None:
    """No row of it was refused."""
    await tx.execute("delete from import_refusals where import_id = :id", {"id": import_id})


async def refused_counts(tx: Tx, import_id: UUID) -> list[RefusedCount]:
    """How many rows were refused for each reason, the most frequent first."""
    return [RefusedCount(**row) for row in await tx.rows(_COUNTS, {"import_id": import_id})]


async def refused_rows(database: Database, settings: FileSettings, made: FileImport) -> AsyncIterator[bytes]:
    """The refused rows as CSV, each with its number and its reason, safe to open in a spreadsheet.

    Once the file is deleted, numbers and reasons are left.
    """
    kept = [place for place, column in enumerate(made.sheet.columns) if column not in OUR_COLUMNS]
    yield csv_line([*OUR_COLUMNS, *(made.sheet.columns[place] for place in kept)])
    after = 0
    while True:
        async with database.transaction() as tx:
            refused = await tx.rows(_NEXT, {"import_id": made.import_id, "after": after, "limit": _PAGE})
        if not refused:
            return
        try:
            rows = await Files(settings).rows_at(made.import_id, [row["place"] for row in refused])
            cells = [[row.cells[place] for place in kept if place < len(row.cells)] for row in rows]
        except FileNotFoundError:
            cells = [[] for _ in refused]
        for row, values in zip(refused, cells, strict=True):
            yield csv_line([str(row["row"]), row["reason"], *values])
        after = refused[-1]["row"]
