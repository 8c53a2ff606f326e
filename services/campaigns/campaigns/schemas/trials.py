"""Validation, preview, test-send and dry-run over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.campaigns.campaigns.service.trials import DryRun
from services.campaigns.delivery.domain.hand_over import Handed
from shared.web.models import StrictModel


class ValidOut(BaseModel):
    """Nothing is wrong with its templates; what is wrong is refused with 422 and pointed at."""

    valid: Literal[True] = True
    warnings: list[str] = Field(description="what would keep it from starting now, or may be a mistake")


class PreviewIn(StrictModel):
    """The customer whose mail is shown."""

    customer_id: UUID


class PreviewOut(BaseModel):
    """What this customer would get."""

    subject: str
    text: str
    html: str | None


class TestSendIn(StrictModel):
    """Seed addresses, and the customer with whose values the mail is filled."""

    __test__ = False

    seeds: Annotated[
        list[Annotated[str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]],
        Field(min_length=1, max_length=20),
    ]
    customer_id: UUID | None = None


class TestSendOut(BaseModel):
    """The mail server's answer for each seed."""

    __test__ = False

    results: list[SeedOut]

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

    address: str
    outcome: str
    detail: str | None


class DryRunIn(StrictModel):
    """Over the trigger's segment, or another one; an event's campaign needs one named."""

    segment_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200_000)] = 100_000


class DryRunOut(BaseModel):
    """How the gate would decide now; `complete` is false when the limit was met."""

    audience: int
    would_send: int
    refused: dict[str, int]
    deferred: dict[str, int]
    complete: bool

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
