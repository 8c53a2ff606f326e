"""SQL of imports: the files, and how far each is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from services.customers.imports.domain.imports import Counts, Import, Undo
from services.customers.imports.repository.results import clear_examples
from shared.files.imports.table import ImportTable


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
    named_in="import_customers",
)
