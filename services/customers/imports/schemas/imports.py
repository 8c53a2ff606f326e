"""Imports over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from services.customers.imports.domain.imports import Counts, Import, Outcome, Undo
from services.customers.imports.service.files import Shown
from shared.files.imports.domain import State
from shared.files.imports.schemas import FileOut, FileSummary, file_of, summary_of
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


class ImportSummary(FileSummary):
    """Which file, who brought and started it, and how far it is."""

    state: State
    counts: CountsOut
    undoable: bool = Field(description="whether it can be taken back, once rows of it were taken")
    consent_counts: ConsentCountsOut
    undo: UndoOut | None = Field(description="set when somebody has asked to take it back")

    @classmethod
    def of(cls, made: Import) -> Self:
        """The answer that shows it."""
        return cls(**_summary(made))


class ImportOut(ImportSummary, FileOut):
    """An import with what its file is: how it was read, its first rows, and what the columns may mean."""

    guessed_from: Literal["headings", "last_import"] = Field(
        description="last_import: what the columns meant when a file with these headings was taken last"
    )
    examples: list[ExampleOut]
    consents_told: dict[str, int] = Field(
        description="statements by state: waiting, sent, refused by privacy; annulling and annulled after an undo",
        examples=[{"sent": 2}],
    )
    unproven: list[str] = Field(description="columns about consent: not taken, as they prove nothing")

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        """The answer that shows it."""
        return cls(
            **_summary(shown.made),
            **file_of(shown),
            guessed_from="last_import" if shown.remembered else "headings",
            examples=[
                ExampleOut(row=one.number, customer_id=one.customer_id, outcome=one.outcome, changes=dict(one.changes))
                for one in shown.examples
            ],
            consents_told=dict(shown.told),
            unproven=shown.unproven,
        )


def _summary(made: Import) -> dict[str, Any]:
    return {
        **summary_of(made),
        "counts": CountsOut.of(made.counts),
        "undoable": made.undoable,
        "consent_counts": ConsentCountsOut(**asdict(made.consent_counts)),
        "undo": UndoOut.of(made.undo),
    }
