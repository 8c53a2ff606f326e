"""Terms and the facts about one message, each with what the test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.content.domain.content import Content
from services.campaigns.gate.domain.policy import Policy
from services.campaigns.gate.domain.rules import Facts
from services.campaigns.gate.domain.terms import Holdout, SegmentCondition, Terms

NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)
SEGMENT = UUID("11111111-0000-4000-8000-000000000000")
EVERYBODY = Holdout(UUID("22222222-0000-4000-8000-000000000000"), 100.0)


def some_terms(**changes: Any) -> Terms:
    """Of a marketing message to whoever is in SEGMENT."""
    content = Content("Hello", "Hello {{ customer.name }} {{ unsubscribe_url }}")
    base = Terms(uuid4(), "Welcome", "offers", "email", content, segment=SegmentCondition(SEGMENT, inside=True))
    return replace(base, **changes)


def facts(terms: Terms | None = None, **changes: Any) -> Facts:
    """A message that passes every rule."""
    base = Facts(
        now=NOON,
        terms=terms or some_terms(),
        policy=Policy(),
        halted=False,
        expires_at=NOON + timedelta(days=1),
        attempts=0,
        root=uuid4(),
        zone=UTC,
        member=True,
    )
    return replace(base, **changes)
