"""A journey's definition as it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from services.campaigns.campaigns.schemas.campaigns import (
    CapIn,
    Duration,
    EventTriggerIn,
    Name,
    QuietHoursIn,
    Reason,
    ReEntryIn,
    SegmentId,
    SegmentTriggerIn,
    WallTime,
    Word,
)
from services.campaigns.journeys.domain.definition import MOST_NODES, Definition
from services.campaigns.journeys.schemas.nodes import (
    Asked,
    BranchIn,
    EventHappensIn,
    ExitIn,
    NodeName,
    SegmentIsIn,
    SendIn,
    SplitIn,
    WaitIn,
    WaitUntilIn,
    Weekdays,
)
from shared.contracts.addressing import Purpose
from shared.web.models import StrictModel
from shared.web.validation import refuse_as_one

_DEFINITION: TypeAdapter[Definition] = TypeAdapter(Definition)


class ApiIn(StrictModel):
    """Whoever is named to POST /journeys/{id}/entries."""

    kind: Literal["api"]


class AudienceIn(StrictModel):
    """The members of a segment, as they are at the start."""

    kind: Literal["audience"]
    segment_id: SegmentId


class ScheduleIn(StrictModel):
    """The members of a segment, again and again."""

    kind: Literal["schedule"]
    segment_id: SegmentId
    at: WallTime = Field(description="wall time in the firm's zone (DEFAULT_TIME_ZONE)")
    weekdays: Weekdays = Field((), description="1 is Monday; none means every day")


class GoalIn(StrictModel):
    """What the journey is for. It counts once for each entry, also after the end."""

    what: Annotated[
        EventHappensIn | SegmentIsIn, Field(discriminator="kind", description="an event, or entering a segment")
    ]
    within: Duration = Field(timedelta(days=30), description="of the entry")
    ends: bool = Field(True, description="whoever reaches it leaves, and gets nothing more")


_EXAMPLE: dict[str, Any] = {
    "name": "Welcome",
    "purpose": "marketing",
    "entry": {"kind": "event", "event": "purchase", "where": [{"field": "amount", "op": "at_least", "value": 6000}]},
    "start": "thanks",
    "nodes": {
        "thanks": {
            "kind": "send",
            "content": {
                "subject": "Thank you, {{ customer.given_name | default: 'dear customer' }}",
                "text": "A coffee is on us: https://shop.example.test/coffee\n\nNo more: {{ unsubscribe_url }}\n",
            },
            "next": "four-days",
        },
        "four-days": {
            "kind": "wait_until",
            "until": {"kind": "condition", "any_of": [{"kind": "response", "to": "thanks", "response": "clicked"}]},
            "at_most": "P4D",
            "next": "interested",
            "otherwise": "chance",
        },
        "interested": {"kind": "exit", "reason": "interested"},
        "chance": {
            "kind": "split",
            "arms": [
                {"name": "remind", "percent": 50, "next": "reminder"},
                {"name": "leave", "percent": 50},
            ],
        },
        "reminder": {
            "kind": "send",
            "content": {
                "subject": "Your coffee is waiting",
                "text": "Still here: https://shop.example.test/coffee\n\nNo more: {{ unsubscribe_url }}\n",
            },
        },
    },
    "re_entry": {"kind": "again_after", "days": 90},
    "goal": {"what": {"kind": "event", "event": "purchase"}, "within": "P14D", "ends": True},
    "holdout_percent": 10,
}


class JourneyIn(StrictModel):
    """A journey, whole: PUT replaces all of the draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    purpose: Purpose
    entry: Annotated[
        SegmentTriggerIn | EventTriggerIn | ApiIn | AudienceIn | ScheduleIn,
        Field(
            discriminator="kind",
            description="who enters: by an event, by a segment, by a call, all of a segment at once or by a schedule",
        ),
    ]
    start: NodeName = Field(description="the first node")
    nodes: Annotated[
        dict[
            NodeName,
            Annotated[
                SendIn | WaitIn | WaitUntilIn | BranchIn | SplitIn | ExitIn,
                Field(discriminator="kind"),
            ],
        ],
        Field(
            min_length=1, max_length=MOST_NODES, description="the steps by name; they lead on to each other, not back"
        ),
    ]
    key: Word | None = Field(
        None,
        description="a field of the event, such as order_id, for each value of which a customer may be inside once",
    )
    re_entry: ReEntryIn = Field(ReEntryIn(kind="once"), description="how often one customer may enter, by key")
    goal: GoalIn | None = Field(None, description="what counts as success")
    leave_when: Annotated[
        list[Asked],
        Field(default_factory=list, max_length=20, description="whoever meets all of it leaves at the next step"),
    ]
    cap: CapIn | None = Field(None, description="beside the policy's caps: at most so many of this journey")
    quiet_hours: QuietHoursIn | None = Field(None, description="instead of the policy's")
    holdout_percent: Annotated[
        float,
        Field(ge=0, le=100, description="walk the journey and get nothing, to see what it brings about"),
    ] = 0
    service_reason: Reason | None = Field(None, description="for the purpose `service`: why without consent")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        refuse_as_one(self.definition)
        return self

    def definition(self) -> Definition:
        """The domain's form."""
        return _DEFINITION.validate_python(self.model_dump())


def shown(definition: Definition) -> dict[str, Any]:
    """A definition as it goes out."""
    found: dict[str, Any] = _DEFINITION.dump_python(definition, mode="json")
    return found
