"""Example calls for the OpenAPI document."""

from __future__ import annotations

from typing import Any

_COMMON = {"userId": "4711", "messageId": "shop-1", "timestamp": "2026-05-01T12:00:00Z"}
_PRODUCT = {"product_id": "apple", "price": 2.25, "quantity": 2, "category": "fruit"}
CALLS: dict[str, dict[str, Any]] = {
    "identify": {"traits": {"email": "ada@example.test", "firstName": "Ada", "address": {"city": "London"}}},
    "track": {
        "event": "Order Completed",
        "properties": {"order_id": "A-1", "revenue": 4.5, "currency": "USD", "products": [_PRODUCT]},
    },
    "page": {"name": "Home", "properties": {"path": "/"}},
    "screen": {"name": "Home"},
    "group": {"groupId": "acme", "traits": {"name": "Acme"}},
    "alias": {"previousId": "0f3c0d7e"},
}
_SEE = "As in the Segment HTTP API. The key is the user of Basic, or `writeKey` in the body; gzip is taken."


def call_body(kind: str) -> dict[str, Any]:
    """The body of one call."""
    return _body({"type": "object", "description": _SEE}, kind, {**_COMMON, **CALLS[kind]})


def _body(schema: dict[str, Any], name: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": schema, "examples": {name: {"value": example}}}},
    }


BATCH_BODY = _body(
    {
        "type": "object",
        "required": ["batch"],
        "properties": {"batch": {"type": "array", "items": {"type": "object"}, "description": _SEE}},
    },
    "two",
    {
        "sentAt": "2026-05-01T12:00:01Z",
        "batch": [
            {**_COMMON, "type": "identify", **CALLS["identify"]},
            {**_COMMON, "type": "track", "messageId": "shop-2", **CALLS["track"]},
        ],
    },
)
