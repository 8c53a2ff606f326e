"""Events of `analytics`: who is in which segment."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import Fact, Part
from shared.contracts.times import Instant


class Transition(Part):
    """One membership that changed. `at` is the exact instant; `by` is the event's id or `time` when a window lapsed."""

    segment_id: UUID
    version: int
    at: Instant
    by: str


class MembershipsChanged(Fact):
    """All that one event, or the passing of time, changed for a customer."""

    TYPE: ClassVar[str] = "analytics.memberships_changed.v1"
    TOPIC: ClassVar[str] = "analytics-events"

    entered: list[Transition]
    left: list[Transition]


class SegmentChanged(Fact):
    """A segment's definition went live, changed or was archived. The subject is the segment's id."""

    TYPE: ClassVar[str] = "analytics.segment_changed.v1"
    TOPIC: ClassVar[str] = "analytics-events"

    name: str
    version: int
    state: Literal["backfilling", "live", "archived"]


class AnalyticsErasureDone(Fact):
    """Receipt: what `analytics` erased for a request, store by store, and what it still finds (must be 0)."""

    TYPE: ClassVar[str] = "analytics.erasure_done.v1"
    TOPIC: ClassVar[str] = "analytics-events"

    request_id: UUID
    stores: dict[str, int]
    remaining: dict[str, int]
