"""Mappings over HTTP: of one import, and kept for the next file of the same kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from services.customers.imports.domain.saved import SavedMapping
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


class SavedOut(AnswerModel):
    """A mapping that was kept under a name."""

    name: str
    columns: list[ColumnOut]
    saved_at: datetime
    saved_by: str

    @classmethod
    def of(cls, saved: SavedMapping) -> Self:
        """The answer that shows it."""
        return cls(
            name=saved.name or "",
            columns=[ColumnOut.of(mapped) for mapped in saved.mapping],
            saved_at=saved.saved_at,
            saved_by=saved.saved_by,
        )
