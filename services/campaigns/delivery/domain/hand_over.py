"""The port to the providers of channels: e-mail now, SMS, post and telephone later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from services.campaigns.content.domain.content import Letter

# accepted: the provider has it. deferred: it certainly has not, try later. rejected: it never will take it.
# bounced: it never will, because there is no such mailbox. blocked: it certainly has not, and what it refuses is the
# sender: by policy or for its reputation, so that others would be refused as well. unknown: nobody knows, never send it
# again by itself. withheld: certainly not, we stopped it ourselves at the last moment.
Answer = Literal["accepted", "deferred", "rejected", "bounced", "blocked", "unknown", "withheld"]


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a hand-over; `detail` is the provider's code or the kind of failure, never its free text."""

    answer: Answer
    detail: str | None = None


class Channel(Protocol):
    """A provider. Many hand-overs may run at the same time; an implementation bounds its connections itself."""

    name: str

    async def hand_over(self, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """Give the letter to the provider, once. Never raises what a provider or network can do.

        `may_go` is asked at the last moment before it could be accepted (the permit is young, nobody threw the switch);
        if it returns false, nothing is given and the answer is `withheld`.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True, slots=True)
class PublishedHandOver:
    """A hand-over as it was published on the own topic, or one of which nobody knows (`unknown`, with a reason)."""

    message_id: UUID
    customer_id: UUID
    campaign_id: UUID
    step: str
    channel: str
    permit_id: UUID | None
    at: datetime
    state: Literal["handed_over", "unknown"] = "handed_over"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SenderPause:
    """The sender hands nothing over: its provider refused several letters in a row for who sends them, last with
    `detail`. It tries again at `until` (machine time); `in_a_row` counts the pauses since a letter was last taken."""

    sender: str
    since: datetime
    until: datetime
    in_a_row: int
    detail: str
