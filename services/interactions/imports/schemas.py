"""Imports of orders over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.interactions.imports.domain.imports import Import, Outcome, State, Sums, Tally
from services.interactions.imports.domain.mapping import MEANINGS, Terms
from services.interactions.imports.service.files import Shown
from shared.contracts.interactions import Channel
from shared.files.mapping import Mapped, MappedColumn
from shared.web.models import AnswerModel, StrictModel

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_MAPPING_EXAMPLE = [
    {"column": "Bestellnr", "to": "order_id"},
    {"column": "Datum", "to": "ordered_at", "format": "DD.MM.YYYY"},
    {"column": "E-Mail", "to": "email"},
    {"column": "Artikel", "to": "product_id"},
    {"column": "Menge", "to": "quantity"},
    {"column": "Betrag", "to": "amount", "format": "1234,5"},
]


class ColumnIn(StrictModel):
    """What one column means."""

    column: Name = Field(description="as the heading has it")
    to: Annotated[str, StringConstraints(min_length=1, max_length=63)] = Field(
        description=f"one of {', '.join(MEANINGS)}; or ignore"
    )
    format: Name | None = Field(
        None, description="of dates YYYY-MM-DD, DD.MM.YYYY, DD/MM/YYYY, MM/DD/YYYY; of numbers 1234.5 or 1234,5"
    )
    source: Name | None = Field(None, description="the system that gave these external ids")


class MappingIn(StrictModel):
    """What the columns mean, and what holds for every order of the file. Columns that are not named are ignored."""

    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=300, examples=[_MAPPING_EXAMPLE])]
    source: Name = Field("import", description="whose order numbers these are: an order of a source is recorded once")
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = Field(
        None, description="of orders whose row names none; the base currency when absent"
    )
    channel: Channel = Field("other", description="of orders whose row names none")
    time_zone: Name | None = Field(None, description="of times without an offset; DEFAULT_TIME_ZONE when absent")

    def mapping(self) -> list[MappedColumn]:
        """The mapping that this body gives."""
        return [MappedColumn(**column.model_dump()) for column in self.columns]

    def terms(self, usual: Terms) -> Terms:
        """What holds for the whole file; `usual` where the body says nothing."""
        return Terms(self.source, self.currency or usual.currency, self.channel, self.time_zone or usual.time_zone)


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


class TermsOut(AnswerModel):
    """What holds for every order of the file."""

    source: str
    currency: str
    channel: str
    time_zone: str


class SumOut(AnswerModel):
    """What orders of one currency come to, in its minor units."""

    currency: str
    orders: int
    bought: int
    returned: int
    revenue: int = Field(description="bought less returned")

    @classmethod
    def all_of(cls, sums: Sums) -> list[Self]:
        """One answer for each currency."""
        return [
            cls(currency=currency, **sums[currency], revenue=sums[currency]["bought"] - sums[currency]["returned"])
            for currency in sorted(sums)
        ]


class CountsOut(AnswerModel):
    """Orders by what they came to, or would come to."""

    new: int
    duplicate: int = Field(description="recorded already, from a file or by another door")
    refused: int
    refused_rows: int
    strangers: int = Field(description="of the new ones: by customers whom nobody has told of yet")
    unvalued: int = Field(description="of the new ones: in a currency without a rate to the base currency on their day")
    taken_back: int
    sums: list[SumOut] = Field(description="of the new ones")
    known_sums: list[SumOut] = Field(description="of the duplicates")

    @classmethod
    def of(cls, tally: Tally) -> Self:
        """The answer that shows them."""
        return cls(
            new=tally.new,
            duplicate=tally.duplicate,
            refused=tally.refused,
            refused_rows=tally.refused_rows,
            strangers=tally.strangers,
            unvalued=tally.unvalued,
            taken_back=tally.taken_back,
            sums=SumOut.all_of(tally.sums),
            known_sums=SumOut.all_of(tally.known_sums),
        )


class RefusedOut(AnswerModel):
    """Rows refused for one reason, and the first of them (1 is the heading)."""

    reason: str
    rows: int
    first_rows: list[int]


class ExampleOut(AnswerModel):
    """What one order came to: the basket, without what says whose it is."""

    row: int = Field(description="the first of its rows")
    outcome: Outcome
    order: dict[str, Any]


class SourceOut(AnswerModel):
    """The row that an interaction was recorded from (1 is the heading)."""

    import_id: UUID
    row: int
    file_name: str


class ImportSummary(AnswerModel):
    """Which file, who brought, started and took it back, and how far it is."""

    import_id: UUID
    state: State
    file_name: str
    sha256: str
    bytes: int
    rows: int
    rows_sorted: int = Field(description="rows that have been brought together with those of the same order")
    rows_done: int
    counts: CountsOut
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    finished_at: datetime | None
    undone_by: str | None
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
    terms: TermsOut
    refused: list[RefusedOut]
    examples: list[ExampleOut]
    same_file: UUID | None = Field(description="another import of the same bytes that was started")

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        """The answer that shows it."""
        made, sheet, terms = shown.made, shown.made.sheet, shown.terms
        return cls(
            **_summary(made),
            format=sheet.format,
            encoding=sheet.encoding,
            separator=sheet.separator,
            columns=list(sheet.columns),
            first_rows=[list(row) for row in shown.first_rows],
            formats={column: list(forms) for column, forms in sheet.formats.items()},
            guessed_mapping=ColumnOut.all_of(shown.guessed),
            mapping=None if made.mapping is None else ColumnOut.all_of(made.mapping),
            terms=TermsOut(
                source=terms.source, currency=terms.currency, channel=terms.channel, time_zone=terms.time_zone
            ),
            refused=[
                RefusedOut(reason=one.reason, rows=one.rows, first_rows=list(one.first_rows)) for one in shown.refused
            ],
            examples=[ExampleOut(row=one.row, outcome=one.outcome, order=dict(one.order)) for one in shown.examples],
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
        "rows_sorted": made.grouped,
        "rows_done": made.position,
        "counts": CountsOut.of(made.tally),
        "created_at": made.created_at,
        "created_by": made.created_by,
        "started_at": made.started_at,
        "started_by": made.started_by,
        "finished_at": made.finished_at,
        "undone_by": made.undone_by,
        "failure": made.failure,
    }
