"""Refusals of event types, and of events that fit none."""

from __future__ import annotations

from shared.contracts.envelope import Unreadable
from shared.errors import Invalid, NotFound


class NoSuchEventType(NotFound):
    """No type of that name is declared."""

    slug, title = "no-such-event-type", "No such event type"


class InvalidEventType(Invalid):
    """A declaration that cannot be; `errors` names each fault."""

    slug, title = "invalid-event-type", "The event type cannot be declared"


class UnfitEvent(Unreadable):
    """An event that fits no declared type came over Kafka: it goes to the dead letters, `slug` is the reason."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(what)
        self.slug = reason
