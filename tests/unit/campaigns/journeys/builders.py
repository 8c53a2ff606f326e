"""Journeys for tests of the step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.campaigns.content.domain.content import Content
from services.campaigns.journeys.domain.definition import ByApi, Definition
from services.campaigns.journeys.domain.nodes import Node, Send, Wait
from services.campaigns.journeys.domain.travellers import Place, Traveller

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALT = UUID(int=7)
CONTENT = Content("Hello", "Hello {{ unsubscribe_url }}")


def a_definition(nodes: Mapping[str, Node], **changes: Any) -> Definition:
    """A journey that begins at its first node."""
    return Definition(
        **{
            "name": "Apples",
            "purpose": "offers",
            "entry": ByApi("api"),
            "start": next(iter(nodes)),
            "nodes": nodes,
            **changes,
        }
    )


def a_traveller(node: str, **changes: Any) -> Traveller:
    """Somebody who entered at AT and stands, ready, at the node."""
    return Traveller(
        **{
            "id": UUID(int=1),
            "customer_id": UUID(int=2),
            "journey_id": UUID(int=3),
            "version": 1,
            "entry_id": UUID(int=4),
            "key": "",
            "seed": UUID(int=2),
            "node": node,
            "place": Place.READY,
            "since": AT,
            "due_at": AT,
            "entered_at": AT,
            **changes,
        }
    )


def a_send(next: str | None = None, **changes: Any) -> Send:
    """A node that sends."""
    return Send("send", CONTENT, next=next, **changes)


def a_wait(next: str | None = None, **by: float) -> Wait:
    """A node that waits for timedelta(**by)."""
    return Wait("wait", timedelta(**by), next)
