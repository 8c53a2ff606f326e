"""Values and writers for tests of content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.campaigns.content.domain.names import ALWAYS, TemplateField, Tree, tree_of
from services.campaigns.content.domain.templates import Values

UNSUBSCRIBE = "https://privacy.example.test/unsubscribe/abc"
FIELDS = (
    *ALWAYS,
    TemplateField("customer.given_name", "text", "first name"),
    TemplateField("customer.vip", "boolean", "whether"),
    TemplateField("customer.birth_date", "date", "birthday"),
    TemplateField("event.amount", "amount", "minor units"),
    TemplateField("event.currency", "currency", "ISO 4217"),
    TemplateField("event.time", "moment", "when"),
    TemplateField("event.lines[].product_id", "text", "what"),
    TemplateField("event.lines[].amount", "amount", "paid"),
)
TREE: Tree = tree_of(FIELDS)


def tracked(url: str, label: str) -> str:
    """A tracked link that shows where it leads and how it is called."""
    return f"https://t.example.test/<{url}><{label}>"


def a_filling(
    customer: Mapping[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
    *,
    language: str | None = "de-DE",
    zone: str | None = "Europe/Berlin",
) -> Values:
    """What a message for Ann is filled with."""
    return Values(
        shown={"customer": {"name": "Ann", **(customer or {})}, "event": event or {}, "campaign": {"name": "x"}},
        unsubscribe=UNSUBSCRIBE,
        track=tracked,
        pixel="https://t.example.test/pixel",
        now=datetime(2024, 6, 3, 22, 30, tzinfo=UTC),
        zone=zone,
        language=language,
    )
