"""Mappings over HTTP: of one import, and kept for the next file of the same kind."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from services.customers.imports.domain.consents import ConsentRule
from services.customers.imports.domain.saved import SavedMapping
from shared.contracts.addressing import ChannelName, Purpose
from shared.files.imports.schemas import ColumnOut, Meaning, MeansIn, Name, mapping_of
from shared.files.mapping import MappedColumn
from shared.web.models import AnswerModel, StrictModel

_MAPPING_EXAMPLE = [
    {"column": "Kundennr", "to": "external_id", "source": "erp"},
    {"column": "E-Mail", "to": "email"},
    {"column": "Vorname", "to": "given_name"},
    {"column": "Geburtsdatum", "to": "birth_date", "format": "DD.MM.YYYY"},
    {"column": "Newsletter", "to": "consent"},
]


class ColumnIn(MeansIn):
    """What one column means."""

    to: Meaning = Field(
        description="email, card, external_id, phone; the name of an attribute; consent (reported, never taken); ignore"
    )


_CONSENT_EXAMPLE = [
    {
        "purpose": "marketing",
        "channel": "email",
        "answer_column": "Newsletter",
        "given_at_column": "Eingewilligt am",
        "given_at_format": "DD.MM.YYYY",
        "wording": "Ja, ich möchte den Newsletter.",
        "wording_version": "2017-01",
        "source": "shop checkout",
    }
]


class ConsentRuleIn(StrictModel):
    """How a row speaks of consent to one purpose and channel: each part in a column, or the same for all rows."""

    purpose: Purpose
    channel: ChannelName
    answer_column: Name | None = Field(None, description="yes, no, withdrawn, in English or German; empty says nothing")
    answer: Literal["granted", "denied", "withdrawn"] | None = Field(
        None, description="the same for all rows: withdrawn for a list of those who unsubscribed"
    )
    given_at_column: Name | None = Field(None, description="the day on which it was said")
    given_at: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        None, description="the day, the same for all rows, as YYYY-MM-DD"
    )
    given_at_format: Name | None = Field(None, description="where the days of the column can be read in two ways")
    wording: Annotated[str, StringConstraints(min_length=1, max_length=4000)] | None = Field(
        None, description="the exact words that were agreed to"
    )
    wording_version: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="of these words"
    )
    wording_version_column: Name | None = Field(None, description="where rows have versions of their own")
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="where it was said: a form, a shop, the list of a mail provider"
    )
    source_column: Name | None = Field(None, description="where rows have sources of their own")

    def rule(self) -> ConsentRule:
        """The rule that this gives."""
        return ConsentRule(**self.model_dump())


class MappingIn(StrictModel):
    """What the columns mean. Columns that are not named are ignored."""

    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=300, examples=[_MAPPING_EXAMPLE])]

    consents: Annotated[list[ConsentRuleIn], Field(max_length=10, examples=[_CONSENT_EXAMPLE])] = Field(
        default_factory=list, description="what the file says of consent, where it proves it; kept for one import only"
    )

    def mapping(self) -> list[MappedColumn]:
        """The mapping that this body gives."""
        return mapping_of(self.columns)


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
            columns=ColumnOut.all_of(saved.mapping),
            saved_at=saved.saved_at,
            saved_by=saved.saved_by,
        )
