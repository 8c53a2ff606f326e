"""SQL of imports: the files, how far each is, rows by their orders, orders that were taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.interactions.imports.domain.imports import Example, Import, TakenOrder, Tally
from services.interactions.imports.domain.mapping import Terms
from shared.customers.stores import deleted
from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx
from shared.files.imports.table import ImportTable

_NEXT_LINES = """
    select digest, row, place from import_lines where import_id = :import_id and digest > :after
    order by digest, row limit :limit
"""
_REFUSE_ORDER = """
    insert into import_refusals (import_id, row, place, reason)
    select import_id, row, place, cast(:reason as text) from import_lines
    where import_id = :import_id and digest = :digest
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
_SOURCE_OF = """
    select o.import_id, o.row, i.file_name from import_orders o join imports i using (import_id)
    where o.interaction_id = :interaction_id
"""

# What an erasure deletes here: nothing says any more which row their orders came from.
STORES = deleted("import_orders")


async def clear_examples(tx: Tx, import_id: UUID) -> None:
    """Nothing shows what its orders come to."""
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
    packed = to_jsonb([asdict(example) for example in examples])
    await tx.execute(
        "update imports set examples = cast(:examples as jsonb) where import_id = :id",
        {"id": import_id, "examples": packed},
    )


async def examples_of(tx: Tx, import_id: UUID) -> list[Example]:
    """What some orders come to."""
    found = from_jsonb(await tx.value("select examples from imports where import_id = :id", {"id": import_id}))
    return [Example(**example) for example in found or ()]


async def source_of(tx: Tx, interaction_id: UUID) -> tuple[UUID, int, str] | None:
    """(import, row, file) that an interaction was recorded from; None when it came by another door."""
    row = await tx.row(_SOURCE_OF, {"interaction_id": interaction_id})
    return (row["import_id"], row["row"], row["file_name"]) if row else None


def _written(made: Import) -> dict[str, Any]:
    return {
        "undone_by": made.undone_by,
        "grouped": made.grouped,
        "after": made.after,
        "terms": None if made.terms is None else asdict(made.terms),
        "tally": asdict(made.tally),
    }


def _read(row: dict[str, Any]) -> dict[str, Any]:
    terms = row["terms"]
    return {
        **row,
        "after": bytes(row["after"]),
        "terms": None if terms is None else Terms(**terms),
        "tally": Tally(**row["tally"]),
    }


IMPORTS = ImportTable(
    Import,
    plain=("undone_by", "grouped", "after"),
    as_json=("terms", "tally"),
    written=_written,
    read=_read,
    clear_examples=clear_examples,
    at_first={"examples": "[]"},
    named_in="import_orders",
)
