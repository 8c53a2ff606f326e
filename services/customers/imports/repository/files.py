"""SQL of imports: the files, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from services.customers.imports.domain.imports import Counts, Import, Undo
from services.customers.profiles.repository.codec import to_json
from shared.database.transaction import Tx
from shared.files.mapping import MappedColumn
from shared.files.sheets import Sheet

_COLUMNS = (
    "import_id, file_name, sha256, size, sheet, mapping, state, created_at, created_by, started_at, started_by, "
    "finished_at, failure, position, place, added, changed, unchanged, refused, undoable, undo, "
    "consents, consent_counts"
)
_ADD = """
    insert into imports (import_id, file_name, sha256, size, sheet, state, created_at, created_by,
                         position, place, added, changed, unchanged, refused)
    values (:import_id, :file_name, :sha256, :size, cast(:sheet as jsonb), 'uploaded', :created_at, :created_by,
            0, 0, 0, 0, 0, 0)
"""
_PAGE = f"""
    select {_COLUMNS} from imports where (cast(:before as uuid) is null or import_id < :before)
    order by import_id desc limit :limit
"""
_SAVE = """
    update imports set mapping = cast(:mapping as jsonb), state = :state, started_at = :started_at,
        started_by = :started_by, finished_at = :finished_at, failure = :failure, position = :position,
        place = :place, added = :added, changed = :changed, unchanged = :unchanged, refused = :refused,
        undoable = :undoable, undo = cast(:undo as jsonb), consents = cast(:consents as jsonb),
        consent_counts = cast(:consent_counts as jsonb)
    where import_id = :import_id
"""
_BUSY = f"""
    select {_COLUMNS} from imports where state in ('checking', 'running', 'undoing')
    order by import_id limit 1 for update skip locked
"""
_SAME_FILE = """
    select import_id from imports where sha256 = :sha256 and state in ('running', 'done') and import_id <> :import_id
    order by import_id desc limit 1
"""
_ERASE_FILES = """
    update imports i set erase_file = true where i.file_deleted_at is null and exists (
        select from import_customers c where c.import_id = i.import_id and c.customer_id = any(cast(:ids as uuid[])))
"""
_OUTDATED = """
    select import_id from imports
    where (created_at < :before or erase_file) and file_deleted_at is null
      and state not in ('checking', 'running', 'paused')
    order by created_at limit 100
"""


async def add_import(tx: Tx, made: Import) -> None:
    """Keep that a file has come."""
    names = ("import_id", "file_name", "sha256", "size", "created_at", "created_by")
    await tx.execute(_ADD, {**{name: getattr(made, name) for name in names}, "sheet": to_json(asdict(made.sheet))})


async def import_of(tx: Tx, import_id: UUID, *, lock: bool = False) -> Import | None:
    """One import."""
    found = f"select {_COLUMNS} from imports where import_id = :id{' for update' if lock else ''}"
    row = await tx.row(found, {"id": import_id})
    return _import(dict(row)) if row else None


async def page_of_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first."""
    return [_import(dict(row)) for row in await tx.rows(_PAGE, {"before": before, "limit": limit})]


async def busy_import(tx: Tx) -> Import | None:
    """The oldest that is being checked or run, locked; not one that another worker is at."""
    row = await tx.row(_BUSY)
    return _import(dict(row)) if row else None


async def same_file(tx: Tx, made: Import) -> UUID | None:
    """Another import of the same bytes that was started."""
    found: UUID | None = await tx.value(_SAME_FILE, {"sha256": made.sha256, "import_id": made.import_id})
    return found


async def save_import(tx: Tx, made: Import) -> None:
    """Write everything of it that changes."""
    names = (
        *("import_id", "state", "started_at", "started_by", "finished_at", "failure", "position", "place"),
        "undoable",
    )
    counts = made.counts
    await tx.execute(
        _SAVE,
        {
            **{name: getattr(made, name) for name in names},
            "mapping": to_json([asdict(mapped) for mapped in made.mapping]) if made.mapping is not None else None,
            "added": counts.new,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "refused": counts.refused,
            "undo": _undo_to_json(made.undo),
            "consents": to_json([asdict(rule) for rule in made.consents]),
            "consent_counts": to_json(asdict(made.consent_counts)),
        },
    )


async def outdated_files(tx: Tx, before: datetime) -> list[UUID]:
    """Imports from before then, or with somebody who was erased, whose files are still there and which nobody is at."""
    return [row["import_id"] for row in await tx.rows(_OUTDATED, {"before": before})]


async def erase_files_naming(tx: Tx, ids: Sequence[UUID]) -> None:
    """Files from which something was stated of these customers are to be deleted."""
    await tx.execute(_ERASE_FILES, {"ids": list(ids)})


def _import(row: dict[str, Any]) -> Import:
    names = ("added", "changed", "unchanged", "refused")
    added, changed, unchanged, refused = (row.pop(name) for name in names)
    sheet, mapping, undo = (_json(row.pop(name)) for name in ("sheet", "mapping", "undo"))
    consents, consent_counts = (_json(row.pop(name)) for name in ("consents", "consent_counts"))
    return Import(
        **row,
        sheet=Sheet(**sheet),
        mapping=None if mapping is None else [MappedColumn(**mapped) for mapped in mapping],
        counts=Counts(added, changed, unchanged, refused),
        undo=None if undo is None else _undo(undo),
        consents=[ConsentRule(**rule) for rule in consents],
        consent_counts=ConsentCounts(**consent_counts),
    )


def _undo_to_json(undo: Undo | None) -> str | None:
    return None if undo is None else to_json({**asdict(undo), "after": str(undo.after) if undo.after else None})


def _undo(kept: dict[str, Any]) -> Undo:
    after = kept["after"]
    at = datetime.fromisoformat(kept["at"])
    return Undo(**{**kept, "at": at, "after": None if after is None else UUID(after)})


def _json(value: Any) -> Any:
    """The driver hands out text where the statement names no type."""
    return orjson.loads(value) if isinstance(value, str) else value
