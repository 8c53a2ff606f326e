"""SQL of what the rows of an import came to: examples, and whom a dry run has met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.customers.imports.domain.imports import Judged
from shared.customers.stores import deleted
from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx

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


async def clear_examples(tx: Tx, import_id: UUID) -> None:
    """Nothing shows what its rows come to, nor whom a dry run has met."""
    await clear_newcomers(tx, import_id)
    await tx.execute("delete from import_examples where import_id = :id", {"id": import_id})


async def clear_newcomers(tx: Tx, import_id: UUID) -> None:
    """A dry run has ended."""
    await tx.execute("delete from import_newcomers where import_id = :id", {"id": import_id})


async def add_examples(tx: Tx, import_id: UUID, judged: Sequence[Judged]) -> None:
    """Keep what these rows come to, to be looked at."""
    if judged:
        params: dict[str, Any] = {
            "rows": [one.number for one in judged],
            "ids": [one.customer_id for one in judged],
            "outcomes": [one.outcome for one in judged],
            "changes": [to_jsonb(one.changes) for one in judged],
        }
        await tx.execute(_ADD_EXAMPLES, {"import_id": import_id, **params})


async def examples_of(tx: Tx, import_id: UUID, limit: int) -> list[Judged]:
    """The first examples, by row."""
    rows = await tx.rows(
        "select row, customer_id, outcome, changes from import_examples "
        "where import_id = :id order by row limit :limit",
        {"id": import_id, "limit": limit},
    )
    return [Judged(row["row"], row["customer_id"], row["outcome"], from_jsonb(row["changes"])) for row in rows]


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
