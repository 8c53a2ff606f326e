"""The steps of a journey, each a node with a name: send, wait, wait until, branch, split, exit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from services.campaigns.contacts.domain.contacts import ChannelName
from services.campaigns.content.domain.content import Content
from services.campaigns.journeys.domain.conditions import Asked, Awaited, SegmentIs

# Longer is no wait: nobody remembers why it was begun.
LONGEST = timedelta(days=732)


@dataclass(frozen=True, slots=True)
class Send:
    """A message. After `expires_after` it is of no use any more; `only_if` must still hold when it leaves. Where it
    leads on is the same whether it was handed over or refused: branch on its outcome where that matters."""

    kind: Literal["send"]
    content: Content
    channel: ChannelName = "email"
    expires_after: timedelta = timedelta(days=3)
    priority: int = 5
    only_if: SegmentIs | None = None
    next: str | None = None

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.expires_after <= timedelta(days=366):
            raise ValueError("expires_after must be from one minute to 366 days")
        if not 0 <= self.priority <= 9:
            raise ValueError("priority must be from 0 to 9")


@dataclass(frozen=True, slots=True)
class Wait:
    """So long, counted from the moment at which the customer came to it."""

    kind: Literal["wait"]
    duration: timedelta
    next: str | None = None

    def __post_init__(self) -> None:
        _check_span(self.duration, "duration")


@dataclass(frozen=True, slots=True)
class UntilMet:
    """Until one of the conditions holds."""

    kind: Literal["condition"]
    any_of: tuple[Awaited, ...]

    def __post_init__(self) -> None:
        if not self.any_of:
            raise ValueError("waiting needs something to wait for")


@dataclass(frozen=True, slots=True)
class UntilDate:
    """Until a date among the customer's attributes, `offset` earlier or later, at a wall time in their zone. When the
    date moves, so does the end; `yearly` takes its next return (a birthday)."""

    kind: Literal["date"]
    attribute: str
    offset: timedelta = timedelta()
    at: time = time(9)
    yearly: bool = False

    def __post_init__(self) -> None:
        if abs(self.offset) > timedelta(days=366):
            raise ValueError("offset must be at most 366 days")


@dataclass(frozen=True, slots=True)
class UntilTime:
    """Until the next such wall time in the customer's zone, on one of these days (1 is Monday; none means any)."""

    kind: Literal["time"]
    at: time
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(not 1 <= day <= 7 for day in self.weekdays):
            raise ValueError("weekdays are numbers from 1 (Monday) to 7")


@dataclass(frozen=True, slots=True)
class UntilInstant:
    """Until one moment, the same for everybody."""

    kind: Literal["instant"]
    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("an instant needs its zone, such as Z")


Until = UntilMet | UntilDate | UntilTime | UntilInstant


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Until something, and at most so long; `otherwise` is where it leads when that limit came first, and where a date
    that the customer does not have leads at once."""

    kind: Literal["wait_until"]
    until: Until
    at_most: timedelta = timedelta(days=30)
    next: str | None = None
    otherwise: str | None = None

    def __post_init__(self) -> None:
        _check_span(self.at_most, "at_most")


@dataclass(frozen=True, slots=True)
class Choice:
    """Taken when all of its conditions hold and no earlier choice was."""

    when: tuple[Asked, ...]
    next: str | None = None

    def __post_init__(self) -> None:
        if not self.when:
            raise ValueError("a choice without a condition is always taken: use `otherwise`")


@dataclass(frozen=True, slots=True)
class Branch:
    """The first choice whose conditions hold, or `otherwise`."""

    kind: Literal["branch"]
    choices: tuple[Choice, ...]
    otherwise: str | None = None

    def __post_init__(self) -> None:
        if not self.choices:
            raise ValueError("a branch needs a choice")


@dataclass(frozen=True, slots=True)
class Arm:
    """So many per cent of those who come."""

    name: str
    percent: float
    next: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError("percent must be above 0 and at most 100")


@dataclass(frozen=True, slots=True)
class Split:
    """By chance, for each customer the same arm each time."""

    kind: Literal["split"]
    arms: tuple[Arm, ...]

    def __post_init__(self) -> None:
        if abs(sum(arm.percent for arm in self.arms) - 100) > 1e-6:
            raise ValueError("the arms' percentages must add up to 100")
        if len({arm.name for arm in self.arms}) != len(self.arms):
            raise ValueError("each arm needs a name of its own")


@dataclass(frozen=True, slots=True)
class Exit:
    """The end, with a name that reports show."""

    kind: Literal["exit"]
    reason: str = "completed"


Node = Send | Wait | WaitUntil | Branch | Split | Exit


@dataclass(frozen=True, slots=True)
class Way:
    """Where a node leads; `where` is the place in the definition that says so, below the node."""

    where: str
    to: str | None


def ways_of(node: Node) -> Iterator[Way]:
    """Every way out of the node."""
    if isinstance(node, Branch):
        for place, choice in enumerate(node.choices):
            yield Way(f"choices/{place}/next", choice.next)
        yield Way("otherwise", node.otherwise)
    elif isinstance(node, Split):
        for place, arm in enumerate(node.arms):
            yield Way(f"arms/{place}/next", arm.next)
    elif isinstance(node, Send | Wait | WaitUntil):
        yield Way("next", node.next)
        if isinstance(node, WaitUntil):
            yield Way("otherwise", node.otherwise)


def _check_span(span: timedelta, name: str) -> None:
    if not timedelta(seconds=1) <= span <= LONGEST:
        raise ValueError(f"{name} must be from one second to {LONGEST.days} days")
