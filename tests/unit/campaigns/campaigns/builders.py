"""A campaign and its definition, with what the test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState, Definition, SegmentTrigger
from services.campaigns.content.domain.content import Content

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)
SEGMENT = UUID("11111111-0000-4000-8000-000000000000")


def a_definition(**changes: Any) -> Definition:
    """A marketing campaign for whoever enters SEGMENT."""
    content = Content("Hello", "Hello {{ customer.name }} {{ unsubscribe_url }}")
    base = Definition("Welcome", "offers", SegmentTrigger("segment_entered", SEGMENT), content)
    return replace(base, **changes)


def a_campaign(*, state: CampaignState = CampaignState.RUNNING, **changes: Any) -> Campaign:
    """A running campaign."""
    return Campaign(uuid4(), 2, state, a_definition(**changes), uuid4(), uuid4(), NOON - timedelta(days=1), NOON)
