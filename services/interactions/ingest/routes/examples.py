"""Example events and request bodies for the OpenAPI document."""

from __future__ import annotations

from typing import Any

_CAMPAIGN = "0197f4a1-0000-7000-8000-000000000001"
_MESSAGE = "0197f4a1-0000-7000-8000-000000000002"


def _event(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "message_id": f"shop-{kind}-1",
        "time": "2026-05-01T12:00:00Z",
        "customer": {"external_id": {"source": "shop", "id": "4711"}, "email": "ada@example.test"},
        "data": data,
    }


_LINE = {"product_id": "apple", "quantity": 2, "amount": 450, "category": "fruit"}
EVENTS: dict[str, dict[str, Any]] = {
    "purchase": {
        **_event("purchase", {"channel": "web", "currency": "USD", "lines": [_LINE], "order_id": "A-1"}),
        "traits": {"first_name": "Ada"},
    },
    "return": _event("return", {"channel": "store", "currency": "USD", "lines": [_LINE], "order_id": "A-1"}),
    "contact": _event("contact", {"channel": "phone", "direction": "in", "topic": "delivery", "duration_s": 180}),
    "exposure": _event("exposure", {"channel": "post", "campaign_id": _CAMPAIGN, "message_id": _MESSAGE}),
    "response": _event("response", {"kind": "replied", "channel": "post", "campaign_id": _CAMPAIGN}),
    "browsing": _event("browsing", {"channel": "web", "action": "product_viewed", "product_id": "apple"}),
    "custom": _event(
        "custom", {"channel": "web", "name": "course_booked", "properties": {"level": "beginner"}, "undeclared": True}
    ),
    "identify": {**_event("identify", {}), "traits": {"first_name": "Ada", "city": "London"}},
}
_SEE = "The JSON Schema is at /events/schema."
EVENT_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": _SEE},
            "examples": {kind: {"value": event} for kind, event in EVENTS.items()},
        }
    },
}
BATCH_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["events"],
                "properties": {"events": {"type": "array", "minItems": 1, "maxItems": 500, "description": _SEE}},
            },
            "examples": {"two": {"value": {"events": [EVENTS["purchase"], EVENTS["contact"]]}}},
        }
    },
}
HISTORY_BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/x-ndjson": {"schema": {"type": "string", "description": f"One event per line. {_SEE}"}}},
}
