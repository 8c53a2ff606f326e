"""SQL of what the rows of an import came to: refused rows, examples, whom a dry run has met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.customers.imports.domain.imports import Judged, RefusedCount
from services.customers.imports.domain.rows import RefusedRow
from services.customers.profiles.repository.codec import to_json
from shared.customers.stores import deleted
from shared.database.transaction import Tx

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
# What an erasure deletes here. The row of a person in the file itself goes with the file (IMPORT_KEEP_DAYS).
STORES = deleted("import_examples", "import_newcomers")


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


async def mark_deleted(tx: Tx, import_id: UUID, at: datetime) -> None:
    """The file is gone, and the examples with it."""
    await clear_newcomers(tx, import_id)
    await tx.execute("delete from import_examples where import_id = :id", {"id": import_id})
    await tx.execute("update imports set file_deleted_at = :at where import_id = :id", {"id": import_id, "at": at})


def _json(value: Any) -> Any:
    """The driver hands out text where the statement names no type."""
    return orjson.loads(value) if isinstance(value, str) else value
