"""An import: one file, what is to become of it, and how far that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.files.mapping import Mapped
from shared.files.sheets import Sheet

State = Literal["uploaded", "mapped", "checking", "checked", "running", "done", "failed"]
Outcome = Literal["new", "changed", "unchanged"]
# In these the worker is at it: nothing else may be asked of the import.
BUSY: frozenset[State] = frozenset({"checking", "running"})


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what they came to."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


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
