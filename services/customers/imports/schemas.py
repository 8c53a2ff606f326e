"""Imports over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.customers.imports.domain.imports import Counts, Import, Outcome, State
from services.customers.imports.service.files import Shown
from shared.files.mapping import MappedColumn
from shared.web.models import AnswerModel, StrictModel

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_MAPPING_EXAMPLE = [
    {"column": "Kundennr", "to": "external_id", "source": "erp"},
    {"column": "E-Mail", "to": "email"},
    {"column": "Vorname", "to": "given_name"},
    {"column": "Geburtsdatum", "to": "birth_date", "format": "DD.MM.YYYY"},
    {"column": "Newsletter", "to": "consent"},
]


class ColumnIn(StrictModel):
    """What one column means."""

    column: Name = Field(description="as the heading has it")
    to: Annotated[str, StringConstraints(min_length=1, max_length=63)] = Field(
        description="email, card, external_id, phone; the name of an attribute; consent (reported, never taken); ignore"
    )
    format: Name | None = Field(
        None, description="of dates YYYY-MM-DD, DD.MM.YYYY, DD/MM/YYYY, MM/DD/YYYY; of numbers 1234.5 or 1234,5"
    )
    source: Name | None = Field(None, description="the system that gave these external ids")


class MappingIn(StrictModel):
    """What the columns mean. Columns that are not named are ignored."""

    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=300, examples=[_MAPPING_EXAMPLE])]

    def mapping(self) -> list[MappedColumn]:
        """The mapping that this body gives."""
        return [MappedColumn(**column.model_dump()) for column in self.columns]


class ColumnOut(AnswerModel):
    """What one column means."""

    column: str
    to: str
    format: str | None
    source: str | None

    @classmethod
    def of(cls, mapped: MappedColumn) -> Self:
        """The answer that shows it."""
        return cls(column=mapped.column, to=mapped.to, format=mapped.format, source=mapped.source)


class CountsOut(AnswerModel):
    """Rows by what they came to, or would come to."""

    new: int
    changed: int
    unchanged: int
    refused: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        """The answer that shows them."""
        return cls(new=counts.new, changed=counts.changed, unchanged=counts.unchanged, refused=counts.refused)


class RefusedOut(AnswerModel):
    """Rows refused for one reason, and the first of them (1 is the heading)."""

    reason: str
    rows: int
    first_rows: list[int]


class ExampleOut(AnswerModel):
    """What one row came to, field by field."""

    row: int
    customer_id: UUID
    outcome: Outcome
    changes: dict[str, Any] = Field(examples=[{"city": {"from": "Bath", "to": "York"}}])


class ImportSummary(AnswerModel):
    """Which file, who brought and started it, and how far it is."""

    import_id: UUID
    state: State
    file_name: str
    sha256: str
    bytes: int
    rows: int
    rows_done: int
    counts: CountsOut
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    finished_at: datetime | None
    failure: str | None

    @classmethod
    def of(cls, made: Import) -> Self:
        """The answer that shows it."""
        return cls(**_summary(made))


class ImportOut(ImportSummary):
    """An import with what its file is: how it was read, its first rows, and what the columns may mean."""

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
    examples: list[ExampleOut]
    unproven: list[str] = Field(description="columns about consent: not taken, as they prove nothing")
    same_file: UUID | None = Field(description="another import of the same bytes that was started")

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        """The answer that shows it."""
        made, sheet = shown.made, shown.made.sheet
        return cls(
            **_summary(made),
            format=sheet.format,
            encoding=sheet.encoding,
            separator=sheet.separator,
            columns=list(sheet.columns),
            first_rows=[list(row) for row in shown.first_rows],
            formats={column: list(forms) for column, forms in sheet.formats.items()},
            guessed_mapping=[ColumnOut.of(mapped) for mapped in shown.guessed],
            mapping=None if made.mapping is None else [ColumnOut.of(mapped) for mapped in made.mapping],
            refused=[
                RefusedOut(reason=one.reason, rows=one.rows, first_rows=list(one.first_rows)) for one in shown.refused
            ],
            examples=[
                ExampleOut(row=one.number, customer_id=one.customer_id, outcome=one.outcome, changes=dict(one.changes))
                for one in shown.examples
            ],
            unproven=shown.unproven,
            same_file=shown.same_file,
        )


def _summary(made: Import) -> dict[str, Any]:
    return {
        "import_id": made.import_id,
        "state": made.state,
        "file_name": made.file_name,
        "sha256": made.sha256,
        "bytes": made.size,
        "rows": made.sheet.rows,
        "rows_done": made.position,
        "counts": CountsOut.of(made.counts),
        "created_at": made.created_at,
        "created_by": made.created_by,
        "started_at": made.started_at,
        "started_by": made.started_by,
        "finished_at": made.finished_at,
        "failure": made.failure,
    }
