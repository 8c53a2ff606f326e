"""Validation, preview, test-send and dry-run over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.campaigns.campaigns.service.trials import DryRun
from services.campaigns.delivery.domain.hand_over import Handed
from shared.web.models import StrictModel

_CUSTOMER = "5a7ab10c-a3ff-83f8-9e72-5e0d545c8699"


class ValidOut(BaseModel):
    """Nothing is wrong with its templates; what is wrong is refused with 422 and pointed at."""

    valid: Literal[True] = Field(True, description="always true: otherwise the answer is a refusal")
    warnings: list[str] = Field(description="what would keep it from starting now, or may be a mistake")


class PreviewIn(StrictModel):
    """The customer whose mail is shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"customer_id": _CUSTOMER}]})

    customer_id: UUID = Field(description="anybody with a contact card")


class PreviewOut(BaseModel):
    """What this customer would get."""

    subject: str = Field(description="with this customer's values")
    text: str = Field(description="its links belong to nobody")
    html: str | None = Field(description="null for a campaign without HTML")


class TestSendIn(StrictModel):
    """Seed addresses, and the customer with whose values the mail is filled."""

    __test__ = False
    model_config = ConfigDict(json_schema_extra={"examples": [{"seeds": ["seed@example.test"]}]})

    seeds: Annotated[
        list[Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]],
        Field(min_length=1, max_length=20, description="addresses of the allow-list (RECIPIENT_ALLOW)"),
    ]
    customer_id: UUID | None = Field(None, description="whose values fill the mail; nobody's when left out")


class TestSendOut(BaseModel):
    """The mail server's answer for each seed."""

    __test__ = False

    results: list[SeedOut] = Field(description="in the order of the seeds")

    @classmethod
    def of(cls, answers: Mapping[str, Handed]) -> Self:
        """The answers, seed by seed."""
        return cls(
            results=[
                SeedOut(address=seed, outcome=handed.answer, detail=handed.detail) for seed, handed in answers.items()
            ]
        )


class SeedOut(BaseModel):
    """A seed address and the answer for it."""

    address: str = Field(description="the seed")
    outcome: str = Field(description="accepted, deferred, rejected, bounced, blocked, unknown or withheld")
    detail: str | None = Field(description="the mail server's code, or what failed")


class DryRunIn(StrictModel):
    """Over the trigger's segment, or another one; an event's campaign needs one named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 10_000}]})

    segment_id: UUID | None = Field(None, description="instead of the trigger's own segment")
    limit: Annotated[int, Field(ge=1, le=200_000, description="so many members at most are looked at")] = 100_000


class DryRunOut(BaseModel):
    """How the gate would decide now; `complete` is false when the limit was met."""

    audience: int = Field(description="members who were looked at; aliases of one customer are one")
    would_send: int = Field(description="who would be written to now")
    refused: dict[str, int] = Field(description="who would not, by reason")
    deferred: dict[str, int] = Field(description="who would have to wait, by what for")
    complete: bool = Field(description="false when the limit was met")

    @classmethod
    def of(cls, run: DryRun) -> Self:
        """The counts of a dry-run."""
        return cls(
            audience=run.audience,
            would_send=run.would_send,
            refused=dict(run.refused),
            deferred=dict(run.deferred),
            complete=run.complete,
        )
