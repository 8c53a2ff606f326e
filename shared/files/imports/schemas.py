"""What all imports show over HTTP; each service adds what its rows come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.files.imports.domain import FileImport, RefusedCount, ShownFile
from shared.files.mapping import Mapped, MappedColumn
from shared.web.models import AnswerModel, StrictModel

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Meaning = Annotated[str, StringConstraints(min_length=1, max_length=63)]


class MeansIn(StrictModel):
    """A column of a file; what it can mean is the service's (`to`)."""

    column: Name = Field(description="as the heading has it")
    to: Meaning
    format: Name | None = Field(
        None, description="of dates YYYY-MM-DD, DD.MM.YYYY, DD/MM/YYYY, MM/DD/YYYY; of numbers 1234.5 or 1234,5"
    )
    source: Name | None = Field(None, description="the system that gave these external ids")


def mapping_of(columns: Iterable[MeansIn]) -> list[MappedColumn]:
    """The mapping that a body gives."""
    return [MappedColumn(**column.model_dump()) for column in columns]


class ColumnOut(AnswerModel):
    """What one column means."""

    column: str
    to: str
    format: str | None
    source: str | None

    @classmethod
    def all_of(cls, mapped: Mapped) -> list[Self]:
        """The answers that show a mapping."""
        return [cls(column=one.column, to=one.to, format=one.format, source=one.source) for one in mapped]


class RefusedOut(AnswerModel):
    """Rows refused for one reason, and the first of them (1 is the heading)."""

    reason: str
    rows: int
    first_rows: list[int]

    @classmethod
    def all_of(cls, refused: Sequence[RefusedCount]) -> list[Self]:
        """One answer for each reason."""
        return [cls(reason=one.reason, rows=one.rows, first_rows=list(one.first_rows)) for one in refused]


class FileSummary(AnswerModel):
    """Which file, who brought and started it, and how many of its rows are done."""

    import_id: UUID
    file_name: str
    sha256: str
    bytes: int
    rows: int
    rows_done: int
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    finished_at: datetime | None
    failure: str | None


class FileOut(AnswerModel):
    """What the file is: how it was read, its first rows, what the columns may mean and mean, and refused rows."""

    format: str
    encoding: str | None
    separator: str | None
    columns: list[str]
    first_rows: list[list[str]]
    formats: dict[str, list[str]] = Field(
        description="forms of dates or numbers that fit a whole column; several: it is ambiguous, and the mapping says"
    )
    guessed_mapping: list[ColumnOut]
    mapping: list[ColumnOut] | None
    refused: list[RefusedOut]
    same_file: UUID | None = Field(description="another import of the same bytes that was started")


def summary_of(made: FileImport) -> dict[str, Any]:
    """The fields of `FileSummary`, and the state."""
    return {
        "import_id": made.import_id,
        "state": made.state,
        "file_name": made.file_name,
        "sha256": made.sha256,
        "bytes": made.size,
        "rows": made.sheet.rows,
        "rows_done": made.position,
        "created_at": made.created_at,
        "created_by": made.created_by,
        "started_at": made.started_at,
        "started_by": made.started_by,
        "finished_at": made.finished_at,
        "failure": made.failure,
    }


def file_of(shown: ShownFile) -> dict[str, Any]:
    """The fields of `FileOut`."""
    sheet, mapping = shown.made.sheet, shown.made.mapping
    return {
        "format": sheet.format,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
        "columns": list(sheet.columns),
        "first_rows": [list(row) for row in shown.first_rows],
        "formats": {column: list(forms) for column, forms in sheet.formats.items()},
        "guessed_mapping": ColumnOut.all_of(shown.guessed),
        "mapping": None if mapping is None else ColumnOut.all_of(mapping),
        "refused": RefusedOut.all_of(shown.refused),
        "same_file": shown.same_file,
    }
