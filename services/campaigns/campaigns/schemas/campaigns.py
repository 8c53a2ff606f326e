"""Campaigns over HTTP: XIn is what comes, XOut what goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationInfo,
    field_validator,
    model_validator,
)

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState, Definition, OneOff, wrong_with_service
from services.campaigns.campaigns.domain.conditions import Condition, EventName, Operator, check_condition
from shared.contracts.addressing import Purpose
from shared.contracts.times import ClockTime
from shared.web.models import StrictModel
from shared.web.validation import only_text, refuse_as_one

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)

_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL, strip_whitespace=True),
    Field(description="what colleagues call it; templates may show it as campaign.name"),
]
Reason = Annotated[
    str,
    StringConstraints(min_length=10, max_length=500, pattern=_NO_CONTROL, strip_whitespace=True),
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_NO_CONTROL)]
Words = Annotated[tuple[Word, ...], Field(max_length=100)]
Number = Annotated[int, Field(ge=-(10**13), le=10**13)]
Template = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]
Duration = Annotated[
    timedelta, BeforeValidator(only_text), Field(ge=timedelta(minutes=1), le=timedelta(days=366), examples=["P3D"])
]
WallTime = Annotated[ClockTime, Field(examples=["21:00"])]
SegmentId = Annotated[UUID, Field(description="a live segment of analytics")]


class SegmentTriggerIn(StrictModel):
    """Each customer who enters or leaves the segment."""

    kind: Literal["segment_entered", "segment_left"] = Field(description="at the moment of entering, or of leaving")
    segment_id: SegmentId


class ConditionIn(StrictModel):
    """`field` `op` `value`: amount at_least 5000, categories has "apples", store in ["12", "14"]."""

    field: Word = Field(description="of the event: channel, store, amount, categories …")
    op: Operator = Field(description="is, in (texts); at_least, at_most (numbers); has (lists)")
    value: Number | Word | Words = Field(
        description="a number (amounts in minor units), a text, or for `in` a list of texts"
    )


class EventTriggerIn(StrictModel):
    """Each event of a kind that meets all conditions."""

    kind: Literal["event"]
    event: EventName = Field(description="purchase, return, contact or response")
    where: Annotated[
        list[ConditionIn], Field(default_factory=list, max_length=20, description="all of them hold; none means every")
    ]

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
    segment_id: SegmentId


class ContentIn(StrictModel):
    """Liquid templates. What they may speak of is listed at GET /templates/fields."""

    subject: Annotated[
        str, StringConstraints(min_length=1, max_length=500), Field(description="one line: Hello {{ customer.name }}")
    ]
    text: Template = Field(description="the mail as plain text; marketing needs {{ unsubscribe_url }}")
    html: Template | None = Field(None, description="the same as HTML; marketing needs a link to {{ unsubscribe_url }}")


class ReEntryIn(StrictModel):
    """How often one customer may enter."""

    kind: Literal["once", "again_after", "always"] = Field(description="once, again after some days, or always")
    days: Annotated[int, Field(ge=1, le=3660)] | None = Field(None, description="of again_after")


class CapIn(StrictModel):
    """At most `limit` messages in any `window`."""

    limit: Annotated[int, Field(ge=1, le=10_000, description="so many of this campaign's messages to one customer")]
    window: Duration = Field(description="in any span of this length, ISO 8601")


class QuietHoursIn(StrictModel):
    """Local time of the customer; over midnight when `end` is earlier."""

    start: WallTime = Field(description="nothing is handed over from here on")
    end: WallTime = Field(description="until here; what waited goes then")


_EXAMPLE: dict[str, Any] = {
    "name": "Thank you",
    "purpose": "marketing",
    "trigger": {
        "kind": "event",
        "event": "purchase",
        "where": [{"field": "amount", "op": "at_least", "value": 6000}],
    },
    "content": {
        "subject": "Thank you, {{ customer.given_name | default: 'dear customer' }}",
        "text": "You spent {{ event.amount | money: event.currency }}. A coffee is on us: "
        "https://shop.example.test/coffee\n\nNo more of these: {{ unsubscribe_url }}\n",
        "html": '<p>A <a href="https://shop.example.test/coffee">coffee</a> is on us.</p>'
        '<p><a href="{{ unsubscribe_url }}">No more of these</a></p>',
    },
    "re_entry": {"kind": "again_after", "days": 30},
    "cap": {"limit": 2, "window": "P7D"},
    "quiet_hours": {"start": "21:00", "end": "08:00"},
    "holdout_percent": 10,
    "expires_after": "P2D",
    "priority": 7,
}


class CampaignIn(StrictModel):
    """A campaign, whole: PUT replaces all of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    purpose: Purpose
    trigger: Annotated[
        SegmentTriggerIn | EventTriggerIn | OneOffIn,
        Field(discriminator="kind", description="who enters: by an event, by a segment, or all of a segment at once"),
    ]
    content: ContentIn = Field(description="what is written")
    channel: Literal["email"] = Field("email", description="over what")
    re_entry: ReEntryIn = Field(ReEntryIn(kind="once"), description="how often one customer may enter")
    cap: CapIn | None = Field(None, description="beside the policy's caps: at most so many of this campaign")
    quiet_hours: QuietHoursIn | None = Field(None, description="instead of the policy's")
    holdout_percent: Annotated[
        float, Field(ge=0, le=100, description="left out by chance, to see what the campaign brings about")
    ] = 0
    expires_after: Duration = Field(
        timedelta(days=3), description="after so long a message is of no use any more, ISO 8601"
    )
    priority: Annotated[int, Field(ge=0, le=9, description="9 goes first")] = 5
    service_reason: Reason | None = Field(
        None, description="for the purpose `service`: why it may be sent without consent; kept with every version"
    )

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

    id: UUID = Field(description="the campaign's id")
    version: int = Field(description="grows with every change and move; the ETag")
    state: CampaignState = Field(description="draft, starting, running, paused, stopped or finished")
    state_reason: str | None = Field(
        description="why the service itself paused it: segment-archived, senders-died, template-limits"
    )
    created_at: datetime = Field(description="business time")
    started_at: datetime | None = Field(description="when it was started; events before it trigger nothing")
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
