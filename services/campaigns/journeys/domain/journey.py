"""A journey: its draft, its versions, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.campaigns.journeys.domain.definition import Definition

Action = Literal["start", "pause", "resume", "stop"]
# What becomes of those inside while a journey is paused: they stand still; they go on and no message is sent; they end.
PauseMode = Literal["hold", "skip", "drop"]


class JourneyState(StrEnum):
    """draft → running ⇄ paused → stopped."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


_MOVES: dict[Action, tuple[frozenset[JourneyState], JourneyState]] = {
    "start": (frozenset({JourneyState.DRAFT}), JourneyState.RUNNING),
    "pause": (frozenset({JourneyState.RUNNING}), JourneyState.PAUSED),
    "resume": (frozenset({JourneyState.PAUSED}), JourneyState.RUNNING),
    "stop": (frozenset({JourneyState.RUNNING, JourneyState.PAUSED}), JourneyState.STOPPED),
}


def after(state: JourneyState, action: Action) -> JourneyState | None:
    """The state that `action` leads to, or None when it is not possible in `state`."""
    allowed, target = _MOVES[action]
    return target if state in allowed else None


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey. `version` is the ETag and grows with every change. `draft` is what is edited; newcomers enter `live`,
    the number of a published version, None before the start. `salt` decides who is held out and which arm they take.
    `state_reason` says why the service itself paused it; `filled_after` how far its audience has entered."""

    id: UUID
    version: int
    state: JourneyState
    draft: Definition
    live: int | None
    salt: UUID
    run_id: UUID
    created_at: datetime
    started_at: datetime | None = None
    running_since: datetime | None = None
    paused_at: datetime | None = None
    pause_mode: PauseMode | None = None
    state_reason: str | None = None
    archived: bool = False
    filling: bool = False
    filled_after: UUID | None = None
    scheduled_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nobody enters or goes on any more."""
        return self.state is JourneyState.STOPPED


@dataclass(frozen=True, slots=True)
class Version:
    """A published definition; it never changes."""

    journey_id: UUID
    number: int
    definition: Definition
    published_at: datetime
    published_by: str
