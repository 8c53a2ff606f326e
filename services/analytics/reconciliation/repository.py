"""What the nightly comparison of stream and facts found."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_START = text("insert into reconciliations (id, started_at) values (:id, :now)")
_FINISH = text("""
    update reconciliations set finished_at = :now, customers = :customers, mismatches = :mismatches,
        examples = cast(:examples as jsonb) where id = :id
""")
_LAST = text("select max(finished_at) from reconciliations")


async def start(tx: Tx, id: UUID) -> None:
    """A comparison begins."""
    await tx.execute(_START, {"id": id, "now": tx.now})


async def finish(tx: Tx, id: UUID, customers: int, mismatches: int, examples: list[dict[str, Any]]) -> None:
    """It has ended, with so many customers compared and so many that differed."""
    await tx.execute(
        _FINISH,
        {
            "id": id,
            "now": tx.now,
            "customers": customers,
            "mismatches": mismatches,
            "examples": to_jsonb(examples),
        },
    )


async def last(tx: Tx) -> datetime | None:
    """When the last one ended."""
    found: datetime | None = await tx.value(_LAST)
    return found
