"""Terms: all that the rules may ask about the message itself, and what its letter is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.campaigns.contacts.domain.contacts import ChannelName, is_marketing
from services.campaigns.content.domain.content import Content, LetterSource
from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.quiet_hours import QuietHours


class TermsState(StrEnum):
    """Whether messages under these terms go out: they do, they wait, or they never will."""

    OPEN = "open"
    PAUSED = "paused"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SegmentCondition:
    """The customer must be in the segment, or (`inside` is false) out of it, when the message leaves."""

    segment_id: UUID
    inside: bool


@dataclass(frozen=True, slots=True)
class Holdout:
    """`percent` of all customers are left out, the same ones for one `salt`."""

    salt: UUID
    percent: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the messages that name these terms. The gate reads nothing else about where they come from.

    `cap` counts the campaign's own messages; `quiet_hours` go before the policy's; `one_per_address` lets a run reach
    an address once.
    """

    campaign_id: UUID
    name: str
    purpose: str
    channel: ChannelName
    content: Content
    state: TermsState = TermsState.OPEN
    segment: SegmentCondition | None = None
    one_per_address: bool = False
    cap: Cap | None = None
    quiet_hours: QuietHours | None = None
    holdout: Holdout | None = None

    @property
    def is_marketing(self) -> bool:
        """Whether the firm's policy of caps and quiet hours holds."""
        return is_marketing(self.purpose)

    @property
    def source(self) -> LetterSource:
        """What its letters are made from."""
        return LetterSource(self.campaign_id, self.name, self.purpose, self.channel, self.content)
