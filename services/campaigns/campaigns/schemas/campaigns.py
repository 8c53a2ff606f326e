"""Campaigns over HTTP: XIn is what comes, XOut what goes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationInfo, field_validator, model_validator

from services.campaigns.campaigns.domain.campaign import Campaign, Definition, OneOff, State, wrong_with_service
from services.campaigns.campaigns.domain.conditions import Condition, EventName, Operator, check_condition
from shared.contracts.addressing import Purpose
from shared.web.models import StrictModel
from shared.web.validation import refuse_as_one

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL, strip_whitespace=True)]
Reason = Annotated[
    str,
    StringConstraints(min_length=10, max_length=500, pattern=_NO_CONTROL, strip_whitespace=True),
    Field(description="for the purpose `service`: why it may be sent without consent; kept with every version"),
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL)]
Template = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]
Duration = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=366), description="ISO 8601: P3D")]


class SegmentTriggerIn(StrictModel):
    """Each customer who enters or leaves the segment."""

    kind: Literal["segment_entered", "segment_left"]
    segment_id: UUID


class ConditionIn(StrictModel):
    """`field` `op` `value`: amount at_least 5000, categories has "apples", store in ["12", "14"]."""

    field: Word
    op: Operator
    value: Annotated[int, Field(ge=-(10**13), le=10**13)] | Word | Annotated[tuple[Word, ...], Field(max_length=100)]


class EventTriggerIn(StrictModel):
    """Each event of a kind that meets all conditions."""

    kind: Literal["event"]
    event: EventName
    where: Annotated[list[ConditionIn], Field(default_factory=list, max_length=20)]

    @field_validator("where")
    @classmethod
    def _can_be_asked(cls, where: list[ConditionIn], info: ValidationInfo) -> list[ConditionIn]:
        for index, condition in enumerate(where if "event" in info.data else []):
            if wrong := check_condition(info.data["event"], Condition(condition.field, condition.op, condition.value)):
                raise ValueError(f"condition {index}: {wrong}")
        return where


class OneOffIn(StrictModel):
    """The members of a segment at the start."""

    kind: Literal["one_off"]
    segment_id: UUID


class ContentIn(StrictModel):
    """Liquid templates. They may use customer, event, campaign and unsubscribe_url."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    text: Template
    html: Template | None = None


class ReEntryIn(StrictModel):
    """How often one customer may enter."""

    kind: Literal["once", "again_after", "always"]
    days: Annotated[int, Field(ge=1, le=3660)] | None = None


class CapIn(StrictModel):
    """At most `limit` messages in any `window`."""

    limit: Annotated[int, Field(ge=1, le=10_000)]
    window: Duration


class QuietHoursIn(StrictModel):
    """Local time of the customer; over midnight when `end` is earlier."""

    start: time
    end: time


class CampaignIn(StrictModel):
    """A campaign, whole: PUT replaces all of it."""

    name: Name
    purpose: Purpose
    trigger: Annotated[SegmentTriggerIn | EventTriggerIn | OneOffIn, Field(discriminator="kind")]
    content: ContentIn
    channel: Literal["email"] = "email"
    re_entry: ReEntryIn = ReEntryIn(kind="once")
    cap: CapIn | None = None
    quiet_hours: QuietHoursIn | None = None
    holdout_percent: Annotated[float, Field(ge=0, le=100)] = 0
    expires_after: Duration = timedelta(days=3)
    priority: Annotated[int, Field(ge=0, le=9, description="9 goes first")] = 5
    service_reason: Reason | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_as_one(self.definition)
        if (wrong := wrong_with_service(self.definition())) is not None:
            raise ValueError(f"{wrong[0].removeprefix('/')}: {wrong[1]}")
        return self

    def definition(self) -> Definition:
        """The domain's form."""
        return _DEFINITION.validate_python(self.model_dump())


class FreezingOut(BaseModel):
    """How far the audience of a one-off is frozen."""

    done: bool = Field(description="everybody who was in the segment at the start is in")
    members: int | None = Field(description="who was in the segment; null until they are counted")
    entered: int = Field(description="who entered so far; aliases of one customer are one")


class CampaignOut(BaseModel):
    """A campaign with its version and definition."""

    id: UUID
    version: int = Field(description="grows with every change and move; the ETag")
    state: State = Field(description="draft, starting, running, paused, stopped or finished")
    state_reason: str | None = Field(
        description="why the service itself paused it: segment-archived, senders-died, template-limits"
    )
    created_at: datetime
    started_at: datetime | None
    running_since: datetime | None = Field(description="when it was last started or resumed")
    run_id: UUID = Field(description="the entry of everybody whom a one-off reaches")
    audience: FreezingOut | None = Field(description="of a one-off that was started")
    definition: dict[str, Any] = Field(description="as it was sent, with what was left out filled in")

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """The campaign as it is now."""
        freezing = campaign.freezing
        frozen = isinstance(campaign.definition.trigger, OneOff) and campaign.started_at is not None
        return cls(
            id=campaign.id,
            version=campaign.version,
            state=campaign.state,
            state_reason=campaign.state_reason,
            created_at=campaign.created_at,
            started_at=campaign.started_at,
            running_since=campaign.running_since,
            run_id=campaign.run_id,
            audience=FreezingOut(done=freezing.done, members=freezing.members, entered=freezing.entered)
            if frozen
            else None,
            definition=_DEFINITION.dump_python(campaign.definition, mode="json"),
        )


class StartedOut(CampaignOut):
    """The campaign after its start."""

    warnings: list[str] = Field(description="what does not forbid the start and may be a mistake")
