"""SQL of exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.exports.domain import Criteria, Export, ExportedColumn, Layout
from shared.customers.stores import deleted
from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx

_COLUMNS = (
    "export_id, format, criteria, columns, reason, state, created_at, created_by, rows, bytes, cursor, finished_at, "
    "failure, file_deleted_at"
)
_ADD = """
    insert into exports (export_id, format, criteria, columns, reason, state, created_at, created_by, rows, bytes)
    values (:export_id, :format, cast(:criteria as jsonb), cast(:columns as jsonb), :reason, :state, :created_at,
            :created_by, 0, 0)
"""
# Somebody may have cancelled it meanwhile.
_SAVE = """
    update exports set state = :state, rows = :rows, bytes = :bytes, cursor = :cursor, finished_at = :finished_at,
        failure = :failure where export_id = :export_id and state = 'running'
"""
_PAGE = f"""
    select {_COLUMNS} from exports where (cast(:before as uuid) is null or export_id < :before)
    order by export_id desc limit :limit
"""
_OUTDATED = """
    select export_id from exports
    where created_at < :before and file_deleted_at is null and state <> 'running' limit 100
"""
_NAMING = """
    select distinct e.export_id from exports e join export_customers c using (export_id)
    where e.file_deleted_at is null and c.customer_id = any(cast(:ids as uuid[]))
"""
_KEEP_LAYOUT = """
    insert into export_layouts (name, columns, saved_at, saved_by)
    values (:name, cast(:columns as jsonb), :saved_at, :saved_by)
    on conflict (name) do update set columns = excluded.columns, saved_at = excluded.saved_at,
        saved_by = excluded.saved_by
"""
_LAYOUTS = """
    select name, columns, saved_at, saved_by from export_layouts
    where cast(:after as text) is null or name > :after order by name limit :limit
"""
# What an erasure deletes here; the files in which the person stands are deleted with it.
STORES = deleted("export_customers")


async def add_export(tx: Tx, made: Export) -> None:
    """Keep that somebody takes customers out, and why."""
    names = ("export_id", "format", "reason", "state", "created_at", "created_by")
    params = {name: getattr(made, name) for name in names}
    columns = to_jsonb([asdict(column) for column in made.columns])
    await tx.execute(_ADD, {**params, "criteria": to_jsonb(asdict(made.criteria)), "columns": columns})


async def export_of(tx: Tx, export_id: UUID, *, lock: bool = False) -> Export | None:
    """One export."""
    found = f"select {_COLUMNS} from exports where export_id = :id{' for update' if lock else ''}"
    row = await tx.row(found, {"id": export_id})
    return _export(dict(row)) if row else None


async def running_export(tx: Tx) -> Export | None:
    """The oldest that is not done."""
    row = await tx.row(f"select {_COLUMNS} from exports where state = 'running' order by export_id limit 1")
    return _export(dict(row)) if row else None


async def page_of_exports(tx: Tx, before: UUID | None, limit: int) -> list[Export]:
    """The newest first."""
    return [_export(dict(row)) for row in await tx.rows(_PAGE, {"before": before, "limit": limit})]


async def save_export(tx: Tx, made: Export) -> None:
    """Write how far it is."""
    names = ("export_id", "state", "rows", "bytes", "cursor", "finished_at", "failure")
    await tx.execute(_SAVE, {name: getattr(made, name) for name in names})


async def page_of_ids(
    tx: Tx, criteria: Criteria, among: Sequence[UUID] | None, after: UUID | None, limit: int
) -> list[UUID]:
    """Current customers that meet the criteria, in the order of their ids; of `among` only, if that is given."""
    tests = {
        "status": "status = :status",
        "kind": "kind = :kind",
        "country": "country = :country",
        "created_since": "created_at >= cast(cast(:created_since as text) as timestamptz)",
    }
    params: dict[str, Any] = {name: getattr(criteria, name) for name in tests if getattr(criteria, name) is not None}
    where = ["merged_into is null", *(tests[name] for name in params)]
    if criteria.attributes:
        where.append("profile @> cast(:profile as jsonb)")
        params["profile"] = to_jsonb(dict(criteria.attributes))
    if among is not None:
        where.append("customer_id = any(cast(:among as uuid[]))")
        params["among"] = list(among)
    if after is not None:
        where.append("customer_id > :after")
        params["after"] = after
    rows = await tx.rows(
        f"select customer_id from customers where {' and '.join(where)} order by customer_id limit :limit",
        {**params, "limit": limit},
    )
    return [row["customer_id"] for row in rows]


async def add_customers(tx: Tx, export_id: UUID, ids: Sequence[UUID]) -> None:
    """Their rows are in its file."""
    await tx.execute(
        "insert into export_customers (export_id, customer_id) select :export_id, t.id "
        "from unnest(cast(:ids as uuid[])) as t(id) on conflict do nothing",
        {"export_id": export_id, "ids": list(ids)},
    )


async def add_download(tx: Tx, export_id: UUID, by: str) -> None:
    """Somebody has fetched the file."""
    await tx.execute(
        "insert into export_downloads (export_id, at, by) values (:id, clock_timestamp(), :by)",
        {"id": export_id, "by": by},
    )


async def downloads_of(tx: Tx, export_id: UUID) -> list[tuple[datetime, str]]:
    """When and by whom it was fetched, the latest first."""
    rows = await tx.rows(
        "select at, by from export_downloads where export_id = :id order by at desc limit 100", {"id": export_id}
    )
    return [(row["at"], row["by"]) for row in rows]


async def outdated_exports(tx: Tx, before: datetime) -> list[UUID]:
    """Those from before then whose files are still there."""
    return [row["export_id"] for row in await tx.rows(_OUTDATED, {"before": before})]


async def exports_naming(tx: Tx, ids: Sequence[UUID]) -> list[UUID]:
    """Those in whose files these customers stand."""
    return [row["export_id"] for row in await tx.rows(_NAMING, {"ids": list(ids)})]


async def mark_deleted(tx: Tx, export_id: UUID, at: datetime) -> None:
    """The file is gone."""
    await tx.execute("delete from export_customers where export_id = :id", {"id": export_id})
    await tx.execute(
        "update exports set file_deleted_at = :at, state = case when state = 'running' then 'cancelled' else state end "
        "where export_id = :id",
        {"id": export_id, "at": at},
    )


async def keep_layout(tx: Tx, layout: Layout) -> None:
    """Keep it in place of the one before."""
    columns = to_jsonb([asdict(column) for column in layout.columns])
    params = {name: getattr(layout, name) for name in ("name", "saved_at", "saved_by")}
    await tx.execute(_KEEP_LAYOUT, {**params, "columns": columns})


async def layout_named(tx: Tx, name: str) -> Layout | None:
    """The layout of that name."""
    row = await tx.row("select name, columns, saved_at, saved_by from export_layouts where name = :n", {"n": name})
    return _layout(dict(row)) if row else None


async def page_of_layouts(tx: Tx, after: str | None, limit: int) -> list[Layout]:
    """In the order of names."""
    return [_layout(dict(row)) for row in await tx.rows(_LAYOUTS, {"after": after, "limit": limit})]


async def delete_layout(tx: Tx, name: str) -> bool:
    """Whether there was one of that name."""
    return bool((await tx.execute("delete from export_layouts where name = :name", {"name": name})).rowcount)


def _export(row: dict[str, Any]) -> Export:
    criteria, columns = from_jsonb(row.pop("criteria")), from_jsonb(row.pop("columns"))
    return Export(**row, criteria=Criteria(**criteria), columns=[ExportedColumn(**column) for column in columns])


def _layout(row: dict[str, Any]) -> Layout:
    return Layout(**{**row, "columns": [ExportedColumn(**column) for column in from_jsonb(row["columns"])]})
