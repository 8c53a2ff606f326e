"""Exports over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from services.customers.attributes.domain.definitions import Kind, Value
from services.customers.exports.domain import Criteria, Export, ExportedColumn, Format, Layout, State
from services.customers.profiles.domain.customer import Status
from shared.contracts.times import Instant
from shared.web.models import AnswerModel, StrictModel

Heading = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_COLUMNS = [
    {"of": "external_id:erp", "heading": "Kundennr"},
    {"of": "email", "heading": "E-Mail"},
    {"of": "city", "heading": "Ort"},
]


class ExportedColumnIn(StrictModel):
    """One column, where it stands in the list."""

    of: Annotated[str, StringConstraints(min_length=1, max_length=150)] = Field(
        description="customer_id, kind, status, name, source, created_at, changed_at; email, phone, card, external_id, "
        "external_id:<source>; the name of an attribute"
    )
    heading: Heading | None = Field(None, description="what stands above it; its name when absent")

    def column(self) -> ExportedColumn:
        """The column that this gives."""
        return ExportedColumn(self.of, self.heading or self.of)


ColumnsIn = Annotated[list[ExportedColumnIn], Field(min_length=1, max_length=300, examples=[_COLUMNS])]


class CriteriaIn(StrictModel):
    """Whom it holds: all of these must be so; everybody without any."""

    status: Status | None = Field(None, description="prospect, lead, active, lapsed, lost or blocked")
    kind: Kind | None = Field(None, description="person or firm")
    country: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="as the profile has it"
    )
    created_since: Instant | None = Field(None, description="who became known then or later")
    segment_id: UUID | None = Field(None, description="who is in this segment of analytics while the file is filled")
    attributes: Annotated[dict[str, Value], Field(max_length=20, examples=[{"city": "Bath"}])] = Field(
        default_factory=dict, description="values of the profile, each equal to this"
    )

    def criteria(self) -> Criteria:
        """The criteria that this gives."""
        return Criteria(
            status=self.status,
            kind=self.kind,
            country=self.country,
            created_since=self.created_since.isoformat() if self.created_since else None,
            segment_id=str(self.segment_id) if self.segment_id else None,
            attributes=self.attributes,
        )


class ExportIn(StrictModel):
    """Customers to take out. Without columns those of the layout that is named."""

    format: Format = Field("csv", description="csv, safe to open in a spreadsheet; jsonl; xlsx")
    criteria: CriteriaIn = Field(default_factory=CriteriaIn, description="whom it holds")
    columns: ColumnsIn | None = Field(None, description="what of each, in this order")
    layout: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="columns that were kept under this name, in place of `columns`"
    )
    reason: Annotated[str, StringConstraints(min_length=3, max_length=300)] = Field(
        description="what for; kept with the export", examples=["letter to customers in Bath"]
    )


class LayoutIn(StrictModel):
    """Columns to keep."""

    columns: ColumnsIn


class ExportedColumnOut(AnswerModel):
    """One column."""

    of: str
    heading: str


class LayoutOut(AnswerModel):
    """Columns that were kept under a name."""

    name: str
    columns: list[ExportedColumnOut]
    saved_at: datetime
    saved_by: str

    @classmethod
    def of(cls, layout: Layout) -> Self:
        """The answer that shows it."""
        columns = [ExportedColumnOut(of=column.of, heading=column.heading) for column in layout.columns]
        return cls(name=layout.name, columns=columns, saved_at=layout.saved_at, saved_by=layout.saved_by)


class DownloadOut(AnswerModel):
    """Who fetched the file, and when."""

    at: datetime
    by: str


class ExportOut(AnswerModel):
    """Whom and what it holds, who asked for it and why, how far it is."""

    export_id: UUID
    state: State
    format: Format
    criteria: dict[str, Any]
    columns: list[ExportedColumnOut]
    reason: str
    rows: int
    created_at: datetime
    created_by: str
    finished_at: datetime | None
    failure: str | None
    file_deleted_at: datetime | None = Field(description="after EXPORT_KEEP_DAYS, or as somebody in it was erased")

    @classmethod
    def of(cls, made: Export) -> Self:
        """The answer that shows it."""
        return cls(**_fields(made))


class ExportShown(ExportOut):
    """An export with who has fetched its file."""

    downloads: list[DownloadOut]

    @classmethod
    def shown(cls, made: Export, downloads: list[tuple[datetime, str]]) -> Self:
        """The answer that shows it."""
        return cls(**_fields(made), downloads=[DownloadOut(at=at, by=by) for at, by in downloads])


def _fields(made: Export) -> dict[str, Any]:
    criteria = {name: value for name, value in asdict(made.criteria).items() if value not in (None, {})}
    columns = [ExportedColumnOut(of=column.of, heading=column.heading) for column in made.columns]
    names = ("export_id", "state", "format", "reason", "rows", "created_at", "created_by", "finished_at", "failure")
    shown = {name: getattr(made, name) for name in (*names, "file_deleted_at")}
    return {**shown, "criteria": criteria, "columns": columns}
