"""An import: one file, what is to become of it, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.customers.imports.domain.consents import ConsentCounts, ConsentRule
from shared.files.mapping import Mapped
from shared.files.sheets import Sheet

State = Literal[
    "uploaded",
    "mapped",
    "checking",
    "checked",
    "running",
    "paused",
    "done",
    "failed",
    "cancelled",
    "undoing",
    "undone",
]
Outcome = Literal["new", "changed", "unchanged"]
# In these the worker is at it: nothing else may be asked of the import.
BUSY: frozenset[State] = frozenset({"checking", "running", "undoing"})
# In these nothing was taken yet: the mapping may change.
UNTAKEN: frozenset[State] = frozenset({"uploaded", "mapped", "checked"})
# In these rows were taken, and may be taken back.
TAKEN: frozenset[State] = frozenset({"paused", "done", "failed", "cancelled"})


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
class Import:
    """`position` counts the rows that have been handled since the last start, `place` is where the next one lies."""

    import_id: UUID
    file_name: str
    sha256: str
    size: int
    sheet: Sheet
    mapping: Mapped | None
    state: State
    created_at: datetime
    created_by: str
    started_at: datetime | None = None
    started_by: str | None = None
    finished_at: datetime | None = None
    failure: str | None = None
    position: int = 0
    place: int = 0
    counts: Counts = Counts()
    undoable: bool = False
    undo: Undo | None = None
    consents: Sequence[ConsentRule] = ()
    consent_counts: ConsentCounts = field(default_factory=ConsentCounts)

    @property
    def publisher(self) -> str:
        """Under which name its values are stated."""
        return f"import:{self.import_id}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a row comes to; `changes` are {name: {"from": …, "to": …}}."""

    number: int
    customer_id: UUID
    outcome: Outcome
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many rows were refused for one reason, and the first of them."""

    reason: str
    rows: int
    first_rows: Sequence[int]
