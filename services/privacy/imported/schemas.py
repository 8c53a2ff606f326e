"""Statements of files over HTTP."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.privacy.consents.schemas.asked import ConsentIn
from services.privacy.consents.service.drafts import Draft, Recorded
from shared.contracts.inbound import Strict
from shared.errors import Refusal

_EXAMPLE: dict[str, JsonValue] = {
    "consent_id": "5b0c7a7e-6f0e-8c55-9a77-5b1d0a4e2f01",
    "customer": {"customer_id": "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01", "email": "ada@example.test"},
    "purpose": "marketing",
    "channel": "email",
    "action": "granted",
    "occurred_at": "2017-05-01T00:00:00Z",
    "wording": "Yes, send me the newsletter.",
    "wording_version": "2017-01",
    "evidence": {"source": "shop checkout", "file": "customers.csv", "row": 2},
}
_ANNULLED: dict[str, JsonValue] = {
    "consent_id": _EXAMPLE["consent_id"],
    "customer_id": "8f0d3c51-0b1e-8c55-9a77-5b1d0a4e2f01",
}


class ImportedIn(ConsentIn):
    """What a row of a file says of consent. `consent_id` is derived from file and row: sent again, it is recorded
    once."""

    consent_id: UUID = Field(description="derived from the file and the row")

    def imported(self, recorded_by: str) -> Draft:
        """What the use case takes."""
        return self.draft(recorded_by).named(self.consent_id)


class ImportedBatchIn(Strict):
    """Up to 500 statements of one file."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"import_id": "0197a3b2-0000-7000-8000-000000000001", "items": [_EXAMPLE]}]}
    )

    import_id: UUID = Field(description="of the file", examples=["0197a3b2-0000-7000-8000-000000000001"])
    items: Annotated[list[ImportedIn], Field(min_length=1, max_length=500, examples=[[_EXAMPLE]])]


class ImportedItemOut(BaseModel):
    """What became of one statement."""

    consent_id: UUID
    recorded: bool = Field(description="it stands in the ledger, since now or since it was sent before")
    effective: bool | None = Field(description="whether it changed what holds; null when it was recorded before")
    refused: str | None = Field(description="why it does not stand there")

    @classmethod
    def of(cls, consent_id: UUID, outcome: Recorded | Refusal | None) -> Self:
        """The answer that shows it."""
        if isinstance(outcome, Refusal):
            return cls(consent_id=consent_id, recorded=False, effective=None, refused=outcome.slug)
        effective = None if outcome is None else outcome.line.effective
        return cls(consent_id=consent_id, recorded=True, effective=effective, refused=None)


class ImportedBatchOut(BaseModel):
    """What became of each, in order."""

    items: list[ImportedItemOut]


class AnnulledIn(Strict):
    """A grant that came with a file, and of whom."""

    consent_id: UUID
    customer_id: UUID


class AnnulmentIn(Strict):
    """Grants that are to count no longer, as their file is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_ANNULLED]}]})

    items: Annotated[
        list[AnnulledIn],
        Field(
            min_length=1,
            max_length=500,
            examples=[[_ANNULLED]],
        ),
    ]


class AnnulmentOut(BaseModel):
    """How many grants counted until now."""

    annulled: int = Field(description="grants that counted until now")
