"""An import: one file, what is to become of it, and how far that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from shared.files.mapping import Mapped
from shared.files.sheets import Sheet, SheetRow

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
# In these nothing was taken yet: the mapping may change.
UNTAKEN: frozenset[State] = frozenset({"uploaded", "mapped", "checked"})
# In these rows were taken, and may be taken back.
TAKEN: frozenset[State] = frozenset({"paused", "done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class SentFile:
    """How a file comes: what its owner calls it, and what cannot be told from its bytes."""

    file_name: str
    encoding: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class FileImport:
    """`position` counts the rows that have been handled since the last start, `place` is where the next one lies.

    Each service adds what its rows come to.
    """

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

    @property
    def publisher(self) -> str:
        """Under which name its rows are stated."""
        return f"import:{self.import_id}"

    def anew(self) -> Self:
        """The import before its first row. A service also sets back what it counts."""
        return replace(self, position=0, finished_at=None, failure=None)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not taken. `reason` names the column and never shows a value."""

    row: SheetRow
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How many rows were refused for one reason, and the first of them."""

    reason: str
    rows: int
    first_rows: Sequence[int]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An import with its first rows (none once the file is gone), a mapping to start from, and why rows were refused.

    `same_file` is another import of the same bytes that was started. Each service adds examples.
    """

    made: FileImport
    first_rows: Sequence[Sequence[str]]
    guessed: Mapped
    refused: Sequence[RefusedCount]
    same_file: UUID | None
