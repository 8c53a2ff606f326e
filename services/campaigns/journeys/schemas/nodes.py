"""Conditions and nodes as they come."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from services.campaigns.campaigns.domain.conditions import EventName
from services.campaigns.campaigns.schemas.campaigns import ConditionIn, ContentIn, Duration, SegmentId, WallTime, Word
from services.campaigns.journeys.domain.conditions import AttributeOperator, ResponseKind, SettledState
from services.campaigns.journeys.domain.nodes import LONGEST
from shared.contracts.times import Instant
from shared.web.models import StrictModel
from shared.web.validation import only_text

NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")]
Next = Annotated[NodeName | None, Field(description="the node after it; without one the journey ends here")]
Span = Annotated[
    timedelta, BeforeValidator(only_text), Field(ge=timedelta(seconds=1), le=LONGEST, examples=["P3D", "PT4H"])
]
Offset = Annotated[
    timedelta,
    BeforeValidator(only_text),
    Field(ge=-timedelta(days=366), le=timedelta(days=366), examples=["-P3D", "PT0S"]),
]
Weekdays = Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]
Scalar = str | int | float | bool


class SegmentIsIn(StrictModel):
    """In a segment, or not in it."""

    kind: Literal["segment"]
    segment_id: SegmentId
    inside: bool = Field(True, description="false: not in it")


class AttributeIsIn(StrictModel):
    """A segmentable attribute of the customer."""

    kind: Literal["attribute"]
    attribute: Word = Field(description="its name, such as city; dates are compared as ISO texts")
    op: AttributeOperator = Field(description="is, in, at_least, at_most, exists")
    value: Scalar | tuple[Word, ...] | None = Field(None, description="a list for `in`, nothing for `exists`")


class ResponseToIn(StrictModel):
    """A response to one of the journey's own messages."""

    kind: Literal["response"]
    to: NodeName = Field(description="the node that sent it")
    response: ResponseKind = Field(description="opened, clicked, replied, bought …")


class OutcomeOfIn(StrictModel):
    """How one of the journey's own messages ended."""

    kind: Literal["outcome"]
    of: NodeName = Field(description="the node that sent it")
    outcome: SettledState = Field(description="handed_over, refused, failed or unknown")
    reason: Word | None = Field(None, description="only for this reason, such as no-consent")


class EventHappensIn(StrictModel):
    """An event of the customer's."""

    kind: Literal["event"]
    event: EventName = Field(description="purchase, return, contact or response")
    where: Annotated[
        list[ConditionIn], Field(default_factory=list, max_length=20, description="all of them hold; none means every")
    ]


Asked = Annotated[SegmentIsIn | AttributeIsIn | ResponseToIn | OutcomeOfIn, Field(discriminator="kind")]
Awaited = Annotated[SegmentIsIn | AttributeIsIn | ResponseToIn | EventHappensIn, Field(discriminator="kind")]


class SendIn(StrictModel):
    """A message, through gate and ledger like any other."""

    kind: Literal["send"]
    content: ContentIn = Field(description="what is written")
    channel: Literal["email"] = Field("email", description="over what")
    expires_after: Duration = Field(
        timedelta(days=3),
        description="after so long it is of no use any more, counted from when the customer came here",
    )
    priority: Annotated[int, Field(ge=0, le=9, description="9 goes first")] = 5
    only_if: SegmentIsIn | None = Field(None, description="what must still be true when it leaves")
    next: Next = None


class WaitIn(StrictModel):
    """So long, for everybody."""

    kind: Literal["wait"]
    duration: Span = Field(description="counted from when the customer came here, ISO 8601")
    next: Next = None


class UntilMetIn(StrictModel):
    """Until one of these holds. Events count from when the customer came here."""

    kind: Literal["condition"]
    any_of: Annotated[list[Awaited], Field(min_length=1, max_length=20, description="the first that holds ends it")]


class UntilDateIn(StrictModel):
    """Until a date of the customer's; it moves when that date moves."""

    kind: Literal["date"]
    attribute: Word = Field(description="a segmentable attribute that holds a date")
    offset: Offset = Field(timedelta(), description="so much earlier (-P3D) or later")
    at: WallTime = Field(time(9), description="in the customer's zone")
    yearly: bool = Field(False, description="its next return, as of a birthday")


class UntilTimeIn(StrictModel):
    """Until the next such wall time in the customer's zone."""

    kind: Literal["time"]
    at: WallTime = Field(description="in the customer's zone")
    weekdays: Weekdays = Field((), description="1 is Monday; none means every day")


class UntilInstantIn(StrictModel):
    """Until one moment, the same for everybody."""

    kind: Literal["instant"]
    instant: Instant = Field(description="with its zone")


class WaitUntilIn(StrictModel):
    """Until something, and at most so long."""

    kind: Literal["wait_until"]
    until: Annotated[
        UntilMetIn | UntilDateIn | UntilTimeIn | UntilInstantIn,
        Field(discriminator="kind", description="a condition, a date of the customer's, a wall time, or one moment"),
    ]
    at_most: Span = Field(timedelta(days=30), description="then `otherwise`")
    next: Next = None
    otherwise: Next = Field(None, description="when the limit came first, or there is no such date")


class ChoiceIn(StrictModel):
    """Taken when all of its conditions hold and no earlier choice was."""

    when: Annotated[list[Asked], Field(min_length=1, max_length=20, description="all of them hold")]
    next: Next = None


class BranchIn(StrictModel):
    """The first choice whose conditions hold."""

    kind: Literal["branch"]
    choices: Annotated[list[ChoiceIn], Field(min_length=1, max_length=20, description="asked in this order")]
    otherwise: Next = Field(None, description="when none holds")


class ArmIn(StrictModel):
    """So many per cent of those who come."""

    name: NodeName = Field(description="what reports call it")
    percent: Annotated[float, Field(gt=0, le=100, description="of those who come; all arms add up to 100")]
    next: Next = None


class SplitIn(StrictModel):
    """By chance; for each customer the same each time."""

    kind: Literal["split"]
    arms: Annotated[list[ArmIn], Field(min_length=2, max_length=20, description="they add up to 100 per cent")]


class ExitIn(StrictModel):
    """The end."""

    kind: Literal["exit"]
    reason: NodeName = Field("completed", description="what reports call this end")
