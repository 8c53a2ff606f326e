"""SQL of imports: the files, how far each is, refused rows and examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.customers.imports.domain.imports import Counts, Import, Judged, RefusedCount
from services.customers.imports.domain.rows import RefusedRow
from services.customers.profiles.repository.codec import to_json
from shared.database.transaction import Tx
from shared.files.mapping import MappedColumn
from shared.files.sheets import Sheet

_COLUMNS = (
    "import_id, file_name, sha256, size, sheet, mapping, state, created_at, created_by, started_at, started_by, "
    "finished_at, failure, position, place, added, changed, unchanged, refused"
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
        place = :place, added = :added, changed = :changed, unchanged = :unchanged, refused = :refused
    where import_id = :import_id
"""
_BUSY = f"""
    select {_COLUMNS} from imports where state in ('checking', 'running')
    order by import_id limit 1 for update skip locked
"""
_SAME_FILE = """
    select import_id from imports where sha256 = :sha256 and state in ('running', 'done') and import_id <> :import_id
    order by import_id desc limit 1
"""
_ADD_REFUSALS = """
    insert into import_refusals (import_id, row, place, reason)
    select :import_id, row, place, reason
    from unnest(cast(:rows as bigint[]), cast(:places as bigint[]), cast(:reasons as text[])) as t(row, place, reason)
"""
_REFUSALS = """
    select row, place, reason from import_refusals
    where import_id = :import_id and row > :after order by row limit :limit
"""
_REFUSED_COUNTS = """
    select reason, count(*) as rows, (array_agg(row order by row))[1:5] as first_rows
    from import_refusals where import_id = :import_id group by reason order by count(*) desc, reason limit 100
"""
_ADD_EXAMPLES = """
    insert into import_examples (import_id, row, customer_id, outcome, changes)
    select :import_id, row, customer_id, outcome, cast(changes as jsonb)
    from unnest(cast(:rows as bigint[]), cast(:ids as uuid[]), cast(:outcomes as text[]), cast(:changes as text[]))
         as t(row, customer_id, outcome, changes)
    on conflict do nothing
"""
_NEWCOMERS = """
    insert into import_newcomers (import_id, customer_id)
    select :import_id, customer_id from unnest(cast(:ids as uuid[])) as t(customer_id)
    on conflict do nothing returning customer_id
"""
_OUTDATED = """
    select import_id from imports
    where created_at < :before and file_deleted_at is null and state not in ('checking', 'running')
    order by created_at limit 100
"""
# What an erasure deletes here. The row of a person in the file itself goes with the file (IMPORT_KEEP_DAYS).
ERASED = {
    "import_examples": "import_examples where customer_id = any(cast(:ids as uuid[]))",
    "import_newcomers": "import_newcomers where customer_id = any(cast(:ids as uuid[]))",
}


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
    names = ("import_id", "state", "started_at", "started_by", "finished_at", "failure", "position", "place")
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
        },
    )


async def clear_results(tx: Tx, import_id: UUID) -> None:
    """Nothing is known of what its rows come to: it begins anew."""
    for table in ("import_refusals", "import_examples", "import_newcomers"):
        await tx.execute(f"delete from {table} where import_id = :id", {"id": import_id})


async def clear_newcomers(tx: Tx, import_id: UUID) -> None:
    """A dry run has ended."""
    await tx.execute("delete from import_newcomers where import_id = :id", {"id": import_id})


async def add_refusals(tx: Tx, import_id: UUID, refused: Sequence[RefusedRow]) -> None:
    """Keep which rows were refused, and why."""
    if refused:
        params: dict[str, Any] = {
            "rows": [one.row.number for one in refused],
            "places": [one.row.offset for one in refused],
            "reasons": [one.reason for one in refused],
        }
        await tx.execute(_ADD_REFUSALS, {"import_id": import_id, **params})


async def refusals_of(tx: Tx, import_id: UUID, after: int, limit: int) -> list[tuple[int, int, str]]:
    """(row, place, reason) of the next refused rows after a row."""
    rows = await tx.rows(_REFUSALS, {"import_id": import_id, "after": after, "limit": limit})
    return [(row["row"], row["place"], row["reason"]) for row in rows]


async def refused_counts(tx: Tx, import_id: UUID) -> list[RefusedCount]:
    """How many rows were refused for each reason, the most frequent first."""
    return [RefusedCount(**row) for row in await tx.rows(_REFUSED_COUNTS, {"import_id": import_id})]


async def add_examples(tx: Tx, import_id: UUID, judged: Sequence[Judged]) -> None:
    """Keep what these rows come to, to be looked at."""
    if judged:
        params: dict[str, Any] = {
            "rows": [one.number for one in judged],
            "ids": [one.customer_id for one in judged],
            "outcomes": [one.outcome for one in judged],
            "changes": [to_json(one.changes) for one in judged],
        }
        await tx.execute(_ADD_EXAMPLES, {"import_id": import_id, **params})


async def examples_of(tx: Tx, import_id: UUID, limit: int) -> list[Judged]:
    """The first examples, by row."""
    rows = await tx.rows(
        "select row, customer_id, outcome, changes from import_examples "
        "where import_id = :id order by row limit :limit",
        {"id": import_id, "limit": limit},
    )
    return [Judged(row["row"], row["customer_id"], row["outcome"], _json(row["changes"])) for row in rows]


async def count_examples(tx: Tx, import_id: UUID) -> dict[str, int]:
    """How many examples there are of each outcome."""
    rows = await tx.rows(
        "select outcome, count(*) as rows from import_examples where import_id = :id group by outcome",
        {"id": import_id},
    )
    return {row["outcome"]: row["rows"] for row in rows}


async def add_newcomers(tx: Tx, import_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that this dry run had not met before."""
    if not ids:
        return set()
    rows = await tx.rows(_NEWCOMERS, {"import_id": import_id, "ids": sorted(set(ids))})
    return {row["customer_id"] for row in rows}


async def outdated_files(tx: Tx, before: datetime) -> list[UUID]:
    """Imports from before then whose files are still there, and which nobody is at."""
    return [row["import_id"] for row in await tx.rows(_OUTDATED, {"before": before})]


async def mark_deleted(tx: Tx, import_id: UUID, at: datetime) -> None:
    """The file is gone, and the examples with it."""
    await clear_newcomers(tx, import_id)
    await tx.execute("delete from import_examples where import_id = :id", {"id": import_id})
    await tx.execute("update imports set file_deleted_at = :at where import_id = :id", {"id": import_id, "at": at})


def _import(row: dict[str, Any]) -> Import:
    names = ("added", "changed", "unchanged", "refused")
    added, changed, unchanged, refused = (row.pop(name) for name in names)
    sheet, mapping = _json(row.pop("sheet")), _json(row.pop("mapping"))
    return Import(
        **row,
        sheet=Sheet(**sheet),
        mapping=None if mapping is None else [MappedColumn(**mapped) for mapped in mapping],
        counts=Counts(added, changed, unchanged, refused),
    )


def _json(value: Any) -> Any:
    """The driver hands out text where the statement names no type."""
    return orjson.loads(value) if isinstance(value, str) else value
