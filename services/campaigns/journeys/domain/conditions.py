"""What a journey may ask about a traveller: segments, attributes, how messages ended, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from services.campaigns.campaigns.domain.conditions import Condition, EventName, refuse_unaskable
from services.campaigns.messages.domain.ledger import Standing

ResponseKind = Literal["exposed", "delivered", "opened", "clicked", "replied", "bought", "refused", "complained"]
SettledState = Literal["handed_over", "refused", "failed", "unknown"]
AttributeOperator = Literal["is", "in", "at_least", "at_most", "exists"]
AttributeValue = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SegmentIs:
    """The customer is in the segment, or (`inside` is false) not in it."""

    kind: Literal["segment"]
    segment_id: UUID
    inside: bool = True


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """A segmentable attribute of the customer. Dates are compared as ISO texts. `exists` needs no value."""

    kind: Literal["attribute"]
    attribute: str
    op: AttributeOperator
    value: AttributeValue = None

    def __post_init__(self) -> None:
        if (self.op == "exists") != (self.value is None):
            raise ValueError("`exists` has no value, and every other operator needs one")
        if (self.op == "in") != isinstance(self.value, tuple):
            raise ValueError("`in` needs a list of texts, and no other operator takes one")

    def holds(self, actual: object) -> bool:
        """Whether `actual`, None when the customer has no such attribute, meets it."""
        if actual is None:
            return False
        if self.op == "exists":
            return True
        values = actual if isinstance(actual, list) else [actual]
        if self.op in ("is", "in"):
            wanted = self.value if isinstance(self.value, tuple) else (self.value,)
            return any(_text(value) in {_text(want) for want in wanted} for value in values)
        return any(_compared(value, self.value, at_least=self.op == "at_least") for value in values)


@dataclass(frozen=True, slots=True)
class ResponseTo:
    """Somebody answered the message of the step `to` in this way."""

    kind: Literal["response"]
    to: str
    response: ResponseKind


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """The message of the step `of` ended so; with `reason`, for that reason."""

    kind: Literal["outcome"]
    of: str
    outcome: SettledState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EventHappens:
    """An event of a kind that meets all conditions, after the customer came to the step."""

    kind: Literal["event"]
    event: EventName
    where: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        refuse_unaskable(self.event, self.where)


Asked = SegmentIs | AttributeIs | ResponseTo | OutcomeOf
Awaited = SegmentIs | AttributeIs | ResponseTo | EventHappens


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a traveller at this moment. `outcomes` and `responses` are by step; `skipping` while its
    journey is paused and goes on without sending."""

    segments: frozenset[UUID] = frozenset()
    attributes: Mapping[str, object] = field(default_factory=dict)
    outcomes: Mapping[str, Standing] = field(default_factory=dict)
    responses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    erased: bool = False
    skipping: bool = False


def holds(condition: Asked | Awaited, facts: Facts, *, heard: bool = False) -> bool:
    """Whether the condition is met by what is known; `heard` is whether the event that is waited for has happened."""
    if isinstance(condition, SegmentIs):
        return (condition.segment_id in facts.segments) is condition.inside
    if isinstance(condition, AttributeIs):
        return condition.holds(facts.attributes.get(condition.attribute))
    if isinstance(condition, ResponseTo):
        return condition.response in facts.responses.get(condition.to, frozenset())
    if isinstance(condition, EventHappens):
        return heard
    outcome = facts.outcomes.get(condition.of)
    return (
        outcome is not None
        and outcome.state == condition.outcome
        and (condition.reason is None or condition.reason == outcome.reason)
    )


def segments_in(conditions: Iterable[Asked | Awaited]) -> Iterator[UUID]:
    """The segments that these ask about."""
    return (condition.segment_id for condition in conditions if isinstance(condition, SegmentIs))


def steps_in(conditions: Iterable[Asked | Awaited]) -> Iterator[str]:
    """The steps whose messages these ask about."""
    for condition in conditions:
        if isinstance(condition, ResponseTo):
            yield condition.to
        elif isinstance(condition, OutcomeOf):
            yield condition.of


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compared(actual: object, wanted: object, *, at_least: bool) -> bool:
    """Numbers as numbers, texts (dates among them) as texts; what is of another kind meets nothing."""
    if isinstance(actual, int | float) and isinstance(wanted, int | float):
        return actual >= wanted if at_least else actual <= wanted
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual >= wanted if at_least else actual <= wanted
    return False
