"""The oracle's world: everything known of one customer, in seconds since a base instant."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BASE = datetime(2023, 12, 31, 23, 59, 30, tzinfo=UTC)
"""Second 30 begins a day, a week, a month, a quarter and a year at once."""

Tree = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that happened at second `ts`, and was recorded at second `recorded`."""

    id: str
    kind: str
    ts: int
    recorded: int
    props: dict[str, Any]


@dataclass
class World:
    """What is known at one moment: each event once, the present profile, consents, lists and definitions."""

    customer: str
    segments: dict[str, Tree]
    events: dict[str, Event] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    consents: dict[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict)
    lists: dict[str, int | None] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """An event is known from the moment it is recorded; a claim of the future is clamped to that moment."""
        if event.id not in self.events:
            clamped = min(event.ts, event.recorded)
            self.events[event.id] = Event(event.id, event.kind, clamped, event.recorded, event.props)


def second_of(text: str) -> float:
    """An ISO date or datetime as seconds since the base."""
    moment = datetime.fromisoformat(text)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - BASE) / timedelta(seconds=1)


def moment_of(second: int) -> datetime:
    """A second since the base as a datetime."""
    return BASE + timedelta(seconds=second)


def seconds_in(duration: str) -> int:
    """The seconds of `PTnS` or `PnD`."""
    return int(duration[2:-1]) if duration.startswith("PT") else int(duration[1:-1]) * 86_400
