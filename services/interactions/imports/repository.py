"""SQL of imports: the files, how far each is, rows by their orders, refused rows, orders that were taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.interactions.imports.domain.imports import Example, Import, RefusedCount, TakenOrder, Tally
from services.interactions.imports.domain.mapping import Terms
from services.interactions.imports.domain.orders import RefusedRow
from shared.database.transaction import Tx
from shared.files.mapping import MappedColumn
from shared.files.sheets import Sheet

_COLUMNS = (
    "import_id, file_name, sha256, size, sheet, mapping, terms, state, created_at, created_by, started_at, started_by, "
    "finished_at, undone_by, failure, grouped, place, position, after, tally"
)
_ADD = """
    insert into imports (import_id, file_name, sha256, size, sheet, state, created_at, created_by,
                         grouped, place, position, after, tally, examples)
    values (:import_id, :file_name, :sha256, :size, cast(:sheet as jsonb), 'uploaded', :created_at, :created_by,
            0, 0, 0, '', '{}', '[]')
"""
_PAGE = f"""
    select {_COLUMNS} from imports where (cast(:before as uuid) is null or import_id < :before)
    order by import_id desc limit :limit
"""
_SAVE = """
    update imports set mapping = cast(:mapping as jsonb), terms = cast(:terms as jsonb), state = :state,
        started_at = :started_at, started_by = :started_by, finished_at = :finished_at, undone_by = :undone_by,
        failure = :failure, grouped = :grouped, place = :place, position = :position, after = :after,
        tally = cast(:tally as jsonb)
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
_NEXT_LINES = """
    select digest, row, place from import_lines where import_id = :import_id and digest > :after
    order by digest, row limit :limit
"""
_REFUSE_ORDER = """
    insert into import_refusals (import_id, row, place, reason)
    select import_id, row, place, cast(:reason as text) from import_lines
    where import_id = :import_id and digest = :digest
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
_ADD_ORDERS = """
    insert into import_orders (import_id, digest, customer_id, time, interaction_id, row)
    select :import_id, digest, customer_id, time, interaction_id, row
    from unnest(cast(:digests as bytea[]), cast(:customers as uuid[]), cast(:times as timestamptz[]),
                cast(:interactions as uuid[]), cast(:rows as bigint[]))
         as t(digest, customer_id, time, interaction_id, row)
"""
_ORDERS = """
    select digest, customer_id, time, interaction_id, row from import_orders
    where import_id = :import_id order by digest limit :limit
"""
_OUTDATED = """
    select import_id from imports
    where (created_at < :before or erase_file) and file_deleted_at is null
      and state not in ('checking', 'running', 'undoing')
    order by created_at limit 100
"""
_ERASE_FILES = """
    update imports i set erase_file = true where i.file_deleted_at is null and exists (
        select from import_orders o where o.import_id = i.import_id and o.customer_id = any(cast(:ids as uuid[])))
"""
_SOURCE_OF = """
    select o.import_id, o.row, i.file_name from import_orders o join imports i using (import_id)
    where o.interaction_id = :interaction_id
"""


async def add_import(tx: Tx, made: Import) -> None:
    """Keep that a file has come."""
    names = ("import_id", "file_name", "sha256", "size", "created_at", "created_by")
    await tx.execute(_ADD, {**{name: getattr(made, name) for name in names}, "sheet": _packed(asdict(made.sheet))})


async def import_of(tx: Tx, import_id: UUID, *, lock: bool = False) -> Import | None:
    """One import."""
    found = f"select {_COLUMNS} from imports where import_id = :id{' for update' if lock else ''}"
    row = await tx.row(found, {"id": import_id})
    return _import(dict(row)) if row else None


async def page_of_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first."""
    return [_import(dict(row)) for row in await tx.rows(_PAGE, {"before": before, "limit": limit})]


async def busy_import(tx: Tx) -> Import | None:
    """The oldest that the worker is to go on with, locked; not one that another worker is at."""
    row = await tx.row(_BUSY)
    return _import(dict(row)) if row else None


async def same_file(tx: Tx, made: Import) -> UUID | None:
    """Another import of the same bytes that was started and not taken back."""
    found: UUID | None = await tx.value(_SAME_FILE, {"sha256": made.sha256, "import_id": made.import_id})
    return found


async def save_import(tx: Tx, made: Import) -> None:
    """Write everything of it that changes."""
    names = (
        "import_id", "state", "started_at", "started_by", "finished_at", "undone_by", "failure", "grouped", "place",
        "position", "after",
    )  # fmt: skip
    await tx.execute(
        _SAVE,
        {
            **{name: getattr(made, name) for name in names},
            "mapping": _packed([asdict(mapped) for mapped in made.mapping]) if made.mapping is not None else None,
            "terms": _packed(asdict(made.terms)) if made.terms is not None else None,
            "tally": _packed(asdict(made.tally)),
        },
    )


async def clear_results(tx: Tx, import_id: UUID) -> None:
    """Nothing is known of what its orders come to: it begins anew."""
    await tx.execute("delete from import_refusals where import_id = :id", {"id": import_id})
    await tx.execute("update imports set examples = '[]' where import_id = :id", {"id": import_id})


async def clear_lines(tx: Tx, import_id: UUID) -> None:
    """Its rows are not sorted by orders any more."""
    await tx.execute("delete from import_lines where import_id = :id", {"id": import_id})


async def add_lines(tx: Tx, import_id: UUID, lines: Sequence[tuple[bytes, int, int]]) -> None:
    """Keep where the rows of each order lie: (digest of its number, row, place)."""
    if lines:
        columns = ("import_id", "digest", "row", "place")
        await tx.copy("import_lines", columns, [(import_id, *line) for line in lines])


async def next_lines(tx: Tx, made: Import, limit: int) -> list[tuple[bytes, int, int]]:
    """(digest, row, place) of the next rows, order after order. The last order may go on behind them."""
    rows = await tx.rows(_NEXT_LINES, {"import_id": made.import_id, "after": made.after, "limit": limit})
    return [(bytes(row["digest"]), row["row"], row["place"]) for row in rows]


async def refuse_order(tx: Tx, import_id: UUID, digest: bytes, reason: str) -> int:
    """Refuse all rows of an order that is too long to be read; returns how many."""
    params = {"import_id": import_id, "digest": digest, "reason": reason}
    return (await tx.execute(_REFUSE_ORDER, params)).rowcount


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


async def add_orders(tx: Tx, import_id: UUID, taken: Collection[TakenOrder]) -> None:
    """Keep where the recorded orders lie."""
    if taken:
        params: dict[str, Any] = {
            "digests": [order.digest for order in taken],
            "customers": [order.customer_id for order in taken],
            "times": [order.time for order in taken],
            "interactions": [order.interaction_id for order in taken],
            "rows": [order.row for order in taken],
        }
        await tx.execute(_ADD_ORDERS, {"import_id": import_id, **params})


async def orders_of(tx: Tx, import_id: UUID, limit: int) -> list[TakenOrder]:
    """Some of the orders that are recorded."""
    rows = await tx.rows(_ORDERS, {"import_id": import_id, "limit": limit})
    return [TakenOrder(**{**row, "digest": bytes(row["digest"])}) for row in rows]


async def forget_orders(tx: Tx, import_id: UUID, taken: Collection[TakenOrder]) -> None:
    """These have been taken back."""
    await tx.execute(
        "delete from import_orders where import_id = :id and digest = any(cast(:digests as bytea[]))",
        {"id": import_id, "digests": [order.digest for order in taken]},
    )


async def save_examples(tx: Tx, import_id: UUID, examples: Sequence[Example]) -> None:
    """Keep what some orders come to, to be looked at."""
    packed = _packed([asdict(example) for example in examples])
    await tx.execute(
        "update imports set examples = cast(:examples as jsonb) where import_id = :id",
        {"id": import_id, "examples": packed},
    )


async def examples_of(tx: Tx, import_id: UUID) -> list[Example]:
    """What some orders come to."""
    found = _json(await tx.value("select examples from imports where import_id = :id", {"id": import_id}))
    return [Example(**example) for example in found or ()]


async def source_of(tx: Tx, interaction_id: UUID) -> tuple[UUID, int, str] | None:
    """(import, row, file) that an interaction was recorded from; None when it came by another door."""
    row = await tx.row(_SOURCE_OF, {"interaction_id": interaction_id})
    return (row["import_id"], row["row"], row["file_name"]) if row else None


async def outdated_files(tx: Tx, before: datetime) -> list[UUID]:
    """Imports from before then, or with somebody who was erased, whose files are still there and which nobody is at."""
    return [row["import_id"] for row in await tx.rows(_OUTDATED, {"before": before})]


async def mark_deleted(tx: Tx, import_id: UUID, at: datetime) -> None:
    """The file is gone, and what led to places in it."""
    await clear_lines(tx, import_id)
    await tx.execute(
        "update imports set file_deleted_at = :at, examples = '[]' where import_id = :id", {"id": import_id, "at": at}
    )


async def erase_orders(tx: Tx, ids: Sequence[UUID]) -> int:
    """Nothing says any more which row these customers' orders came from, and the files with those rows are to be
    deleted; returns how many there were."""
    await tx.execute(_ERASE_FILES, {"ids": list(ids)})
    statement = "delete from import_orders where customer_id = any(cast(:ids as uuid[]))"
    return (await tx.execute(statement, {"ids": list(ids)})).rowcount


async def remaining_orders(tx: Tx, ids: Sequence[UUID]) -> int:
    """How many rows still name these customers."""
    statement = "select count(*) from import_orders where customer_id = any(cast(:ids as uuid[]))"
    return int(await tx.value(statement, {"ids": list(ids)}))


def _import(row: dict[str, Any]) -> Import:
    sheet, mapping, terms, tally = (_json(row.pop(name)) for name in ("sheet", "mapping", "terms", "tally"))
    return Import(
        **{**row, "after": bytes(row["after"])},
        sheet=Sheet(**sheet),
        mapping=None if mapping is None else [MappedColumn(**mapped) for mapped in mapping],
        terms=None if terms is None else Terms(**terms),
        tally=Tally(**tally),
    )


def _packed(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _json(value: Any) -> Any:
    """The driver hands out text where the statement names no type."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value
