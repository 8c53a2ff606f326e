"""Campaigns over HTTP: XIn is what comes, XOut what goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from services.campaigns.domain.campaign import Campaign, Definition, State
from services.campaigns.domain.channel import Handed
from services.campaigns.domain.conditions import Condition, EventName, Operator, check_condition
from services.campaigns.service.reports import Report
from services.campaigns.service.trials import DryRun

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL, strip_whitespace=True)]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL)]
Template = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]
Duration = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=366), description="ISO 8601: P3D")]


class Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def in_words(build: Callable[[], object]) -> None:
    """Turns what the domain's classes object to into a refusal with the place in front."""
    try:
        build()
    except ValidationError as error:
        faults = [
            f"{'/'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()
        ]
        raise ValueError("; ".join(faults)) from None


class SegmentTriggerIn(Strict):
    """Each customer who enters or leaves the segment."""

    kind: Literal["segment_entered", "segment_left"]
    segment_id: UUID


class ConditionIn(Strict):
    """`field` `op` `value`: amount at_least 5000, categories has "apples", store in ["12", "14"]."""

    field: Word
    op: Operator
    value: Annotated[int, Field(ge=-(10**13), le=10**13)] | Word | Annotated[tuple[Word, ...], Field(max_length=100)]


class EventTriggerIn(Strict):
    """Each event of a kind that meets all conditions."""

    kind: Literal["event"]
    event: EventName
    where: Annotated[list[ConditionIn], Field(default_factory=list, max_length=20)]

    @field_validator("where")
    @classmethod
    def _can_be_asked(cls, where: list[ConditionIn], info: ValidationInfo) -> list[ConditionIn]:
        for index, one in enumerate(where if "event" in info.data else []):
            if wrong := check_condition(info.data["event"], Condition(one.field, one.op, one.value)):
                raise ValueError(f"condition {index}: {wrong}")
        return where


class OneOffIn(Strict):
    """The members of a segment at the start."""

    kind: Literal["one_off"]
    segment_id: UUID


class ContentIn(Strict):
    """Liquid templates. They may use customer, event, campaign and unsubscribe_url."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    text: Template
    html: Template | None = None


class ReEntryIn(Strict):
    """How often one customer may enter."""

    kind: Literal["once", "again_after", "always"]
    days: Annotated[int, Field(ge=1, le=3660)] | None = None


class CapIn(Strict):
    """At most `limit` messages in any `window`."""

    limit: Annotated[int, Field(ge=1, le=10_000)]
    window: Duration


class PolicyCapIn(CapIn):
    """Over all campaigns; of one purpose when it is named."""

    purpose: Purpose | None = None


class QuietHoursIn(Strict):
    """Local time of the customer; over midnight when `end` is earlier."""

    start: time
    end: time


class CampaignIn(Strict):
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

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        in_words(self.definition)
        return self

    def definition(self) -> Definition:
        """The domain's form."""
        return _DEFINITION.validate_python(self.model_dump())


class CampaignOut(BaseModel):
    """A campaign as it stands."""

    id: UUID
    version: int
    state: State
    created_at: datetime
    started_at: datetime | None
    run_id: UUID
    definition: dict[str, Any]

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        """As shown."""
        return cls(
            id=campaign.id,
            version=campaign.version,
            state=campaign.state,
            created_at=campaign.created_at,
            started_at=campaign.started_at,
            run_id=campaign.run_id,
            definition=_DEFINITION.dump_python(campaign.definition, mode="json"),
        )


class StartedOut(CampaignOut):
    """`entered` is the frozen audience of a one-off."""

    entered: int = 0


class ValidOut(BaseModel):
    """Nothing is wrong with it; what is wrong is refused with 422 and pointed at."""

    valid: Literal[True] = True


class PreviewIn(Strict):
    """For whom."""

    customer_id: UUID


class PreviewOut(BaseModel):
    """What this customer would get."""

    subject: str
    text: str
    html: str | None


class TestSendIn(Strict):
    """To whom, and with whose values."""

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
        """As shown."""
        return cls(
            results=[SeedOut(address=seed, outcome=one.answer, detail=one.detail) for seed, one in answers.items()]
        )


class SeedOut(BaseModel):
    """One seed."""

    address: str
    outcome: str
    detail: str | None


class DryRunIn(Strict):
    """Over the trigger's segment, or another one; an event's campaign needs one named."""

    segment_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200_000)] = 100_000


class DryRunOut(BaseModel):
    """What the gate would say now; `complete` is false when the limit was met."""

    audience: int
    would_send: int
    refused: dict[str, int]
    deferred: dict[str, int]
    complete: bool

    @classmethod
    def of(cls, run: DryRun) -> Self:
        """As shown."""
        return cls(
            audience=run.audience,
            would_send=run.would_send,
            refused=dict(run.refused),
            deferred=dict(run.deferred),
            complete=run.complete,
        )


class ReportOut(BaseModel):
    """audience = handed_over + refused + failed + unknown + waiting. `responses` and `links` count messages."""

    campaign_id: UUID
    state: State
    audience: int
    handed_over: int
    refused: dict[str, int]
    failed: dict[str, int]
    unknown: int
    waiting: dict[str, int]
    too_late_after: dict[str, int]
    adds_up: bool
    responses: dict[str, int]
    links: dict[str, int]

    @classmethod
    def of(cls, report: Report) -> Self:
        """As shown."""
        account = report.account
        return cls(
            campaign_id=report.campaign.id,
            state=report.campaign.state,
            audience=account.audience,
            handed_over=account.handed_over,
            refused=dict(account.refused),
            failed=dict(account.failed),
            unknown=account.unknown,
            waiting=dict(account.waiting),
            too_late_after=dict(account.too_late_after),
            adds_up=account.adds_up,
            responses=dict(report.responses),
            links=dict(report.links),
        )
