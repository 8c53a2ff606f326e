"""What an import of customers adds to every import: counts of rows, what the file says of consent, its undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from shared.files.imports.domain import FileImport

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what they came to."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Undo:
    """Who asked that the import is taken back, and how far that is: `touched` customers were gone through, of whom
    `restored` have again what they had, and `retracted` are gone, as nobody but the import knew them."""

    by: str
    at: datetime
    after: UUID | None = None
    touched: int = 0
    restored: int = 0
    retracted: int = 0


@dataclass(frozen=True, slots=True)
class Import(FileImport):
    """A file of customers."""

    counts: Counts = Counts()
    undoable: bool = False
    undo: Undo | None = None
    consents: Sequence[ConsentRule] = ()
    consent_counts: ConsentCounts = field(default_factory=ConsentCounts)

    def anew(self) -> Self:
        """The import before its first row."""
        return replace(FileImport.anew(self), place=0, counts=Counts(), consent_counts=ConsentCounts())


@dataclass(frozen=True, slots=True)
class Judged:
    """What a row comes to; `changes` are {name: {"from": …, "to": …}}."""

    number: int
    customer_id: UUID
    outcome: Outcome
    changes: Mapping[str, Any]
