"""A campaign and the facts about one message, each with what the test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.domain.campaign import Campaign, Content, Definition, Policy, SegmentTrigger, State
from services.campaigns.domain.gate import Facts

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)
SEGMENT = UUID("11111111-0000-4000-8000-000000000000")


def a_definition(**changes: Any) -> Definition:
    """A marketing campaign for whoever enters SEGMENT."""
    content = Content("Hello", "Hello {{ customer.name }} {{ unsubscribe_url }}")
    base = Definition("Welcome", "offers", SegmentTrigger("segment_entered", SEGMENT), content)
    return replace(base, **changes)


def a_campaign(*, state: State = State.RUNNING, **changes: Any) -> Campaign:
    """A running campaign."""
    return Campaign(uuid4(), 2, state, a_definition(**changes), uuid4(), uuid4(), NOON - timedelta(days=1), NOON)


def facts(campaign: Campaign | None = None, **changes: Any) -> Facts:
    """A message that passes every rule."""
    base = Facts(
        now=NOON,
        campaign=campaign or a_campaign(),
        policy=Policy(),
        halted=False,
        expires_at=NOON + timedelta(days=1),
        attempts=0,
        root=uuid4(),
        zone=UTC,
        member=True,
    )
    return replace(base, **changes)
