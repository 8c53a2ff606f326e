"""Settling a message, and sending again what failed, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from services.campaigns.messages.domain.again import FailedQuery
from services.campaigns.messages.service.again import SentAgain
from shared.contracts.times import Instant
from shared.web.models import StrictModel
from shared.web.validation import only_text


class SettleIn(StrictModel):
    """What an operator found out about an unknown message."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "handed_over", "note": "provider-log"}]})

    outcome: Literal["handed_over", "failed"] = Field(description="what became of it, as the provider says")
    note: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")] | None = Field(
        None, description="a slug that is kept as the reason, such as provider-log"
    )


class SettledOut(BaseModel):
    """The message with its outcome."""

    id: UUID = Field(description="the message")
    outcome: Literal["handed_over", "failed"] = Field(description="as it was settled")


Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,80}$")]


class SendAgainIn(StrictModel):
    """Which failed messages wait again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "campaign_id": "0197c1c2-0000-7000-8000-000000000001",
                    "settled_from": "2026-01-01T08:00:00Z",
                    "settled_before": "2026-01-01T10:00:00Z",
                    "reasons": ["rejected-5.2.2"],
                    "dry_run": True,
                }
            ]
        }
    )

    campaign_id: UUID = Field(description="of this campaign or journey")
    settled_from: Instant = Field(description="failed at this moment or later")
    settled_before: Instant = Field(description="failed before this moment")
    reasons: Annotated[list[Slug], Field(default_factory=list, max_length=50, description="for these; none means any")]
    keep_for: Annotated[timedelta, BeforeValidator(only_text)] = Field(
        timedelta(days=3),
        ge=timedelta(minutes=1),
        le=timedelta(days=30),
        description="after so long from now they are of no use any more",
        examples=["P3D"],
    )
    dry_run: bool = Field(False, description="only count them")

    @model_validator(mode="after")
    def _a_window(self) -> Self:
        if self.settled_from >= self.settled_before:
            raise ValueError("settled_before must be later than settled_from")
        return self

    def query(self) -> FailedQuery:
        """The domain's form."""
        return FailedQuery(self.campaign_id, self.settled_from, self.settled_before, tuple(self.reasons))


class SentAgainOut(BaseModel):
    """What waits again."""

    waiting: dict[str, int] = Field(description="by the reason for which they had failed")
    left: int = Field(description="what the same query still finds")
    bounced: int = Field(description="left alone: there is no such mailbox")

    @classmethod
    def of(cls, sent: SentAgain) -> Self:
        """The counts."""
        return cls(waiting=dict(sent.waiting), left=sent.left, bounced=sent.bounced)
