"""Imports over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from services.customers.imports.domain.imports import Counts, Import, Outcome, State, Undo
from services.customers.imports.schemas.mappings import ColumnOut
from services.customers.imports.service.files import Shown
from shared.web.models import AnswerModel


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


class UndoOut(AnswerModel):
    """How far an import is taken back."""

    by: str = Field(description="who asked for it")
    at: datetime = Field(description="when they did")
    touched: int = Field(description="customers gone through")
    restored: int = Field(description="of them: have again what they had, or what was stated since")
    retracted: int = Field(description="of them: gone, as nobody but the import knew them")

    @classmethod
    def of(cls, undo: Undo | None) -> Self | None:
        """The answer that shows it."""
        if undo is None:
            return None
        return cls(by=undo.by, at=undo.at, touched=undo.touched, restored=undo.restored, retracted=undo.retracted)


class ConsentCountsOut(AnswerModel):
    """Rows by what they say of consent, over all purposes and channels of the mapping."""

    granted: int = Field(description="proven: to be told, or told, to privacy")
    unproven: int = Field(description="agreed without wording, version, day or source: nobody is mailable by it")
    withdrawn: int = Field(description="refused or unsubscribed")


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
    undoable: bool = Field(description="whether it can be taken back, once rows of it were taken")
    consent_counts: ConsentCountsOut
    undo: UndoOut | None = Field(description="set when somebody has asked to take it back")

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
    guessed_from: Literal["headings", "last_import"] = Field(
        description="last_import: what the columns meant when a file with these headings was taken last"
    )
    mapping: list[ColumnOut] | None
    refused: list[RefusedOut]
    examples: list[ExampleOut]
    consents_told: dict[str, int] = Field(
        description="statements by state: waiting, sent, refused by privacy; annulling and annulled after an undo",
        examples=[{"sent": 2}],
    )
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
            guessed_from="last_import" if shown.remembered else "headings",
            guessed_mapping=[ColumnOut.of(mapped) for mapped in shown.guessed],
            mapping=None if made.mapping is None else [ColumnOut.of(mapped) for mapped in made.mapping],
            refused=[
                RefusedOut(reason=one.reason, rows=one.rows, first_rows=list(one.first_rows)) for one in shown.refused
            ],
            examples=[
                ExampleOut(row=one.number, customer_id=one.customer_id, outcome=one.outcome, changes=dict(one.changes))
                for one in shown.examples
            ],
            consents_told=dict(shown.told),
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
        "undoable": made.undoable,
        "consent_counts": ConsentCountsOut(**asdict(made.consent_counts)),
        "undo": UndoOut.of(made.undo),
    }
