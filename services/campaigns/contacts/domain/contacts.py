"""What is known about a customer from the copies of other services' facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

ChannelName = Literal["email"]
# Messages that somebody waits for (an order was sent): no caps, no quiet hours, no unsubscribe link.
SERVICE_PURPOSE = "service"


def is_marketing(purpose: str) -> bool:
    """Whether the firm's policy of caps and quiet hours holds, and an unsubscribe link is required."""
    return purpose != SERVICE_PURPOSE


@dataclass(frozen=True, slots=True)
class Card:
    """How to reach a customer, as `customers` answered just now; `fields` is what templates may use."""

    customer_id: UUID
    address: str | None
    time_zone: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


Cards = Mapping[UUID, Card]


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of one alias group. `denied` and `granted` are (purpose, channel) pairs, `suppressed` and
    `reachable` channels; `segments` are those that were asked for;
    `complaint` says that one of theirs is not solved."""

    erased: bool = False
    restricted: bool = False
    blocked: bool = False
    complaint: bool = False
    time_zone: str | None = None
    segments: frozenset[UUID] = frozenset()
    denied: frozenset[tuple[str, str]] = frozenset()
    granted: frozenset[tuple[str, str]] = frozenset()
    suppressed: frozenset[str] = frozenset()
    reachable: frozenset[str] = frozenset()


Scopes = frozenset[tuple[str, str]]


def consent_of(states: Mapping[UUID, Mapping[tuple[str, str], str]], root: UUID) -> tuple[Scopes, Scopes]:
    """The (purpose, channel) pairs that this group denied, and those it granted. A refusal under any id counts unless
    the root holds a grant. `states` is, per id, what holds for each pair. Only privacy decides; this filters early."""
    own = states.get(root, {})
    refused = {pair for stated in states.values() for pair, state in stated.items() if state == "denied"}
    denied = frozenset(pair for pair in refused if own.get(pair) != "granted")
    granted = {pair for stated in states.values() for pair, state in stated.items() if state == "granted"}
    return denied, frozenset(granted) - denied
