"""A campaign: whom it is for, what may be sent when, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.campaigns.campaigns.domain.conditions import Condition, EventName, refuse_unaskable
from services.campaigns.contacts.domain.contacts import ChannelName, is_marketing
from services.campaigns.content.domain.content import Content
from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.quiet_hours import QuietHours

Action = Literal["start", "pause", "resume", "stop", "finish"]
# An event older than this is history: whoever reads it now does not connect a message with it.
FRESH = timedelta(hours=24)


class CampaignState(StrEnum):
    """draft → running ⇄ paused → stopped. A one-off is starting until its audience is frozen, and finished when that is
    through."""

    DRAFT = "draft"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


_MOVES: dict[Action, tuple[frozenset[CampaignState], CampaignState]] = {
    "start": (frozenset({CampaignState.DRAFT}), CampaignState.RUNNING),
    "pause": (frozenset({CampaignState.STARTING, CampaignState.RUNNING}), CampaignState.PAUSED),
    "resume": (frozenset({CampaignState.PAUSED}), CampaignState.RUNNING),
    "stop": (frozenset({CampaignState.STARTING, CampaignState.RUNNING, CampaignState.PAUSED}), CampaignState.STOPPED),
    "finish": (frozenset({CampaignState.RUNNING}), CampaignState.FINISHED),
}


def after(state: CampaignState, action: Action) -> CampaignState | None:
    """The state that `action` leads to, or None when it is not possible in `state`."""
    allowed, target = _MOVES[action]
    return target if state in allowed else None


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Each customer who enters (or leaves) the segment, at the moment of it."""

    kind: Literal["segment_entered", "segment_left"]
    segment_id: UUID


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """Each event of a kind that meets all conditions."""

    kind: Literal["event"]
    event: EventName
    where: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        refuse_unaskable(self.event, self.where)


@dataclass(frozen=True, slots=True)
class OneOff:
    """The members of a segment, as they are at the start."""

    kind: Literal["one_off"]
    segment_id: UUID


Trigger = SegmentTrigger | EventTrigger | OneOff


@dataclass(frozen=True, slots=True)
class ReEntry:
    """How often one customer may enter: once, again after some days, or always."""

    kind: Literal["once", "again_after", "always"] = "once"
    days: int | None = None

    def __post_init__(self) -> None:
        if (self.kind == "again_after") != (self.days is not None):
            raise ValueError("`days` belongs to again_after, and again_after needs it")
        if self.days is not None and not 1 <= self.days <= 3660:
            raise ValueError("`days` must be from 1 to 3660")

    def permits(self, last_entered: datetime | None, now: datetime) -> bool:
        """Whether a customer who last entered at `last_entered` may enter now."""
        if last_entered is None or self.kind == "always":
            return True
        return self.days is not None and now >= last_entered + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Definition:
    """All that marketing decides about a campaign. Percentages from 0 to 100, priority from 0 to 9 (9 goes first).
    `service_reason` says why a service message may be sent without consent."""

    name: str
    purpose: str
    trigger: Trigger
    content: Content
    channel: ChannelName = "email"
    re_entry: ReEntry = ReEntry()
    cap: Cap | None = None
    quiet_hours: QuietHours | None = None
    holdout_percent: float = 0.0
    expires_after: timedelta = timedelta(days=3)
    priority: int = 5
    service_reason: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.holdout_percent <= 100:
            raise ValueError("holdout_percent must be from 0 to 100")
        if not 0 <= self.priority <= 9:
            raise ValueError("priority must be from 0 to 9")
        if not timedelta(minutes=1) <= self.expires_after <= timedelta(days=366):
            raise ValueError("expires_after must be from one minute to 366 days")

    @property
    def is_marketing(self) -> bool:
        """Whether the firm's policy of caps and quiet hours holds, and an unsubscribe link is required."""
        return is_marketing(self.purpose)


@dataclass(frozen=True, slots=True)
class Freezing:
    """How far a one-off's audience is frozen: everybody up to `after`, `entered` of them; `members` in all at the
    start, once they were counted."""

    done: bool = True
    after: UUID | None = None
    members: int | None = None
    entered: int = 0


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign at one version. `run_id` is the entry of a one-off; `salt` decides who is held out; `state_reason` why
    it was paused by us; `running_since` when it was last started or resumed."""

    id: UUID
    version: int
    state: CampaignState
    definition: Definition
    salt: UUID
    run_id: UUID
    created_at: datetime
    started_at: datetime | None = None
    running_since: datetime | None = None
    state_reason: str | None = None
    freezing: Freezing = Freezing()

    @property
    def segment_id(self) -> UUID | None:
        """The segment on which its trigger depends."""
        trigger = self.definition.trigger
        return None if isinstance(trigger, EventTrigger) else trigger.segment_id


def wrong_with_service(definition: Definition) -> tuple[str, str] | None:
    """Where and how a definition breaks the rules of service messages, which need nobody's consent: somebody waits for
    each because of what just happened to them, and somebody answers for the reason. None when it does not."""
    if definition.is_marketing:
        return ("/service_reason", "only the purpose `service` has a reason") if definition.service_reason else None
    if definition.service_reason is None:
        return (
            "/service_reason",
            "the purpose `service` needs no consent, so somebody must answer for a reason",
        )
    if not isinstance(definition.trigger, EventTrigger):
        return "/trigger", "a service message follows an event of the customer's own, not a segment"
    return None
