"""Publishers' counts over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from services.interactions.publishers.domain import Activity, Outcome, PublisherTotals
from shared.web.models import AnswerModel

_OUTCOME = (
    "accepted: an HTTP door has answered with success and the broker has it; recorded: it is on the timeline; "
    "duplicate: it was recorded before; refused: by a door, or later by the worker (door topic)"
)


class OutcomesOut(AnswerModel):
    """How many events had each outcome."""

    accepted: int = Field(description="an HTTP door answered with success: the broker has them")
    recorded: int = Field(description="they were new and are recorded")
    duplicate: int = Field(description="they were recorded before: sent again, and nothing happened")
    refused: int = Field(description="they were refused, at a door or by the worker")

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """The answer that shows them; what was not counted is 0."""
        return cls(**{name: counts.get(name, 0) for name in cls.model_fields})


class ActivityCountOut(AnswerModel):
    """Events that were counted together."""

    door: Literal["single", "batch", "history", "segment", "topic", ""] = Field(
        description="where they came in; topic: from Kafka, also after an HTTP door; empty for what the worker did"
    )
    outcome: Outcome = Field(description=_OUTCOME)
    kind: str = Field(description="type of the events; of own types custom, or custom/ and the declared name")
    reason: str = Field(description="of a refusal, a word to count by; else empty")
    hour: int = Field(description="in the last 60 minutes")
    day: int = Field(description="in the last 24 hours")


class ActivityMinuteOut(AnswerModel):
    """One minute of the last hour."""

    minute: datetime = Field(description="when it began")
    outcome: Outcome = Field(description=_OUTCOME)
    events: int = Field(description="how many")


class ActivityExampleOut(AnswerModel):
    """A refused event, as far as it may be shown: no value that was sent stands in it."""

    door: str = Field(description="where it came in")
    kind: str = Field(description="its type, as far as that could be read")
    reason: str = Field(description="why it was refused, a word to count by")
    where: str = Field(description="JSON pointer to the fault; … for what cannot be the name of a field")
    what: str = Field(description="what is wrong there; … in place of values")
    cure: str = Field(description="what to do about it")
    times: int = Field(description="how often it was shown to be so; a flood is counted and not looked at one by one")
    seen_at: datetime = Field(description="when it came last")


class ActivityOut(AnswerModel):
    """What became of one publisher's events. Times are the machine's, counts at most ten seconds old."""

    publisher: str = Field(description="the id of the key, or the name on the topic")
    until: datetime = Field(description="when it was looked")
    hour: OutcomesOut = Field(description="of the last 60 minutes")
    day: OutcomesOut = Field(description="of the last 24 hours")
    counts: list[ActivityCountOut] = Field(description="the same by door, type and reason, the most frequent first")
    minutes: list[ActivityMinuteOut] = Field(description="the last hour by minute, those in which something came")
    examples: list[ActivityExampleOut] = Field(description="up to 100 of what was refused, the newest first")

    @classmethod
    def of(cls, activity: Activity) -> Self:
        """The answer that shows it."""
        hour: dict[str, int] = {}
        day: dict[str, int] = {}
        for count in activity.counts:
            hour[count.outcome] = hour.get(count.outcome, 0) + count.hour
            day[count.outcome] = day.get(count.outcome, 0) + count.day
        return cls(
            publisher=activity.publisher,
            until=activity.until,
            hour=OutcomesOut.of(hour),
            day=OutcomesOut.of(day),
            counts=[ActivityCountOut.model_validate(count, from_attributes=True) for count in activity.counts],
            minutes=[ActivityMinuteOut.model_validate(minute, from_attributes=True) for minute in activity.minutes],
            examples=[
                ActivityExampleOut(
                    door=seen.example.door,
                    kind=seen.example.kind,
                    reason=seen.example.reason,
                    where=seen.example.where,
                    what=seen.example.what,
                    cure=seen.example.cure,
                    times=seen.times,
                    seen_at=seen.seen_at,
                )
                for seen in activity.examples
            ],
        )


class PublisherOut(AnswerModel):
    """One publisher and what became of its events."""

    publisher: str = Field(description="the id of the key, or the name on the topic")
    hour: OutcomesOut = Field(description="of the last 60 minutes")
    day: OutcomesOut = Field(description="of the last 24 hours")
    seen_at: datetime = Field(description="the minute in which something came last")

    @classmethod
    def of(cls, totals: PublisherTotals) -> Self:
        """The answer that shows it."""
        return cls(
            publisher=totals.publisher,
            hour=OutcomesOut.of(totals.hour),
            day=OutcomesOut.of(totals.day),
            seen_at=totals.seen_at,
        )


class PublishersOut(AnswerModel):
    """Everybody who sent anything within the last 24 hours."""

    items: list[PublisherOut] = Field(description="by name")
