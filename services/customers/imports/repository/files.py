"""SQL of imports: the files, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from services.customers.imports.domain.imports import Counts, Import, Undo
from services.customers.imports.repository.results import clear_examples
from shared.database.transaction import Tx
from shared.files.imports.table import ImportTable

_ERASE_FILES = """
    update imports i set erase_file = true where i.file_deleted_at is null and exists (
        select from import_customers c where c.import_id = i.import_id and c.customer_id = any(cast(:ids as uuid[])))
"""
# Of which imports the files are deleted before their days.
TO_ERASE = "erase_file"


async def erase_files_naming(tx: Tx, ids: Sequence[UUID]) -> None:
    """Files from which something was stated of these customers are to be deleted."""
    await tx.execute(_ERASE_FILES, {"ids": list(ids)})


def _written(made: Import) -> dict[str, Any]:
    counts = made.counts
    return {
        "added": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
        "undoable": made.undoable,
        "undo": None if made.undo is None else asdict(made.undo),
        "consents": [asdict(rule) for rule in made.consents],
        "consent_counts": asdict(made.consent_counts),
    }


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "counts": Counts(row["added"], row["changed"], row["unchanged"], row["refused"]),
        "undoable": row["undoable"],
        "undo": None if row["undo"] is None else _undo(row["undo"]),
        "consents": [ConsentRule(**rule) for rule in row["consents"]],
        "consent_counts": ConsentCounts(**row["consent_counts"]),
    }


def _undo(kept: dict[str, Any]) -> Undo:
    after = kept["after"]
    at = datetime.fromisoformat(kept["at"])
    return Undo(**{**kept, "at": at, "after": None if after is None else UUID(after)})


IMPORTS = ImportTable(
    Import,
    plain=("added", "changed", "unchanged", "refused", "undoable"),
    as_json=("undo", "consents", "consent_counts"),
    written=_written,
    read=_read,
    clear_examples=clear_examples,
)
