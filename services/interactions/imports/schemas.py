"""Imports of orders over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.interactions.imports.domain.imports import Import, Outcome, Sums, Tally
from services.interactions.imports.domain.mapping import MEANINGS, Terms
from services.interactions.imports.service.files import Shown
from shared.contracts.interactions import Channel
from shared.files.imports.schemas import FileOut, FileSummary, Meaning, MeansIn, Name, file_of, mapping_of, summary_of
from shared.files.mapping import MappedColumn
from shared.web.models import AnswerModel, StrictModel

State = Literal["uploaded", "mapped", "checking", "checked", "running", "done", "failed", "undoing", "undone"]
_MAPPING_EXAMPLE = [
    {"column": "Bestellnr", "to": "order_id"},
    {"column": "Datum", "to": "ordered_at", "format": "DD.MM.YYYY"},
    {"column": "E-Mail", "to": "email"},
    {"column": "Artikel", "to": "product_id"},
    {"column": "Menge", "to": "quantity"},
    {"column": "Betrag", "to": "amount", "format": "1234,5"},
]


class ColumnIn(MeansIn):
    """What one column means."""

    to: Meaning = Field(description=f"one of {', '.join(MEANINGS)}; or ignore")


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
        return mapping_of(self.columns)

    def terms(self, usual: Terms) -> Terms:
        """What holds for the whole file; `usual` where the body says nothing."""
        return Terms(self.source, self.currency or usual.currency, self.channel, self.time_zone or usual.time_zone)


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


class ImportSummary(FileSummary):
    """Which file, who brought, started and took it back, and how far it is."""

    state: State
    rows_sorted: int = Field(description="rows that have been brought together with those of the same order")
    counts: CountsOut
    undone_by: str | None

    @classmethod
    def of(cls, made: Import) -> Self:
        """The answer that shows it."""
        return cls(**_summary(made))


class ImportOut(ImportSummary, FileOut):
    """An import with what its file is: how it was read, its first rows, and what the columns may mean."""

    terms: TermsOut
    examples: list[ExampleOut]

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        """The answer that shows it."""
        return cls(
            **_summary(shown.made),
            **file_of(shown),
            terms=TermsOut(**asdict(shown.terms)),
            examples=[ExampleOut(row=one.row, outcome=one.outcome, order=dict(one.order)) for one in shown.examples],
        )


def _summary(made: Import) -> dict[str, Any]:
    return {
        **summary_of(made),
        "rows_sorted": made.grouped,
        "counts": CountsOut.of(made.tally),
        "undone_by": made.undone_by,
    }
