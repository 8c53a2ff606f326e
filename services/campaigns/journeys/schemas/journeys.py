"""Journeys, versions and calls as they come and go."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.campaigns.campaigns.schemas.campaigns import Name
from services.campaigns.journeys.domain.journey import Journey, JourneyState, PauseMode, Version
from services.campaigns.journeys.schemas.definitions import shown
from services.campaigns.journeys.schemas.nodes import NodeName
from shared.contracts.times import Instant
from shared.web.models import AnswerModel, StrictModel


class JourneyOut(AnswerModel):
    """A journey with its draft."""

    id: UUID = Field(description="the journey's id")
    version: int = Field(description="grows with every change and move; the ETag")
    state: JourneyState = Field(description="draft, running, paused or stopped")
    state_reason: str | None = Field(
        description="why the service itself paused it: segment-archived, senders-died, template-limits"
    )
    live: int | None = Field(description="the published version that newcomers enter; null before the start")
    created_at: datetime = Field(description="business time")
    started_at: datetime | None = Field(description="events before it let nobody enter")
    running_since: datetime | None = Field(description="when it was last started or resumed")
    paused_at: datetime | None = Field(description="since when nothing is handed over")
    pause_mode: PauseMode | None = Field(description="what becomes of those inside: hold, skip or drop")
    entering: bool = Field(description="members of its segment are entering at this moment")
    next_run_at: datetime | None = Field(description="when the members of its segment enter next, by its schedule")
    archived: bool = Field(description="out of the list")
    draft: dict[str, Any] = Field(description="as it was sent, with what was left out filled in")

    @classmethod
    def of(cls, journey: Journey) -> Self:
        """The journey as it is now."""
        return cls(
            id=journey.id,
            version=journey.version,
            state=journey.state,
            state_reason=journey.state_reason,
            live=journey.live,
            created_at=journey.created_at,
            started_at=journey.started_at,
            running_since=journey.running_since,
            paused_at=journey.paused_at,
            pause_mode=journey.pause_mode,
            entering=journey.filling,
            next_run_at=journey.scheduled_at,
            archived=journey.archived,
            draft=shown(journey.draft),
        )


class JourneyValidOut(AnswerModel):
    """The journey can be walked."""

    valid: bool = Field(True, description="always true; faults are answered with 422")
    warnings: list[str] = Field(description="what would keep it from starting, or may be a mistake")


class PublishIn(StrictModel):
    """Publish the draft as the next version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"move": {"four-days": "chance"}}]})

    move: dict[NodeName, NodeName] | None = Field(
        None,
        description="old node → new node: who stands there goes on in the new version; the others finish their own",
        max_length=200,
    )


class PauseIn(StrictModel):
    """Pause it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "hold"}]})

    mode: PauseMode = Field(
        "hold", description="those inside stand still (hold), go on and get no message (skip), or leave (drop)"
    )


class CloneIn(StrictModel):
    """Copy it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Welcome, autumn"}]})

    name: Name | None = Field(None, description="of the copy; `(copy)` is added when it is left out")


class EntriesIn(StrictModel):
    """Customers who are to enter now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "entry_id": "0197c1c2-0000-7000-8000-000000000001",
                    "customer_ids": ["0197c1c2-0000-8000-8000-00000000000a"],
                }
            ]
        }
    )

    entry_id: UUID = Field(description="yours; the same one again lets nobody enter twice")
    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000, description="who enters")]


class EntriesOut(AnswerModel):
    """What came of it."""

    entered: int = Field(description="stand at the first node")
    not_entered: dict[str, int] = Field(description="re-entry, inside, erased, known (this entry was there before)")


class EndIn(StrictModel):
    """Which of those inside are to leave: all that is given must hold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"node": "four-days", "entered_before": "2026-01-01T00:00:00Z", "dry_run": True}]
        }
    )

    node: NodeName | None = Field(None, description="who stands there")
    version: Annotated[int, Field(ge=1)] | None = Field(None, description="who walks this version")
    key: str | None = Field(None, max_length=200, description="whose run has this key")
    customer_id: UUID | None = Field(None, description="this customer")
    entered_before: Instant | None = Field(None, description="who entered before")
    entered_after: Instant | None = Field(None, description="who entered at this moment or after it")
    dry_run: bool = Field(False, description="only count them")


class EndOut(AnswerModel):
    """How many leave."""

    count: int = Field(description="those inside who meet it")
    ended: bool = Field(description="false for a dry run")


class VersionOut(AnswerModel):
    """A published version."""

    number: int = Field(description="1 is the first")
    published_at: datetime = Field(description="business time")
    published_by: str = Field(description="the key that did it")
    definition: dict[str, Any] = Field(description="it never changes")

    @classmethod
    def of(cls, version: Version) -> Self:
        """The version."""
        return cls(
            number=version.number,
            published_at=version.published_at,
            published_by=version.published_by,
            definition=shown(version.definition),
        )
