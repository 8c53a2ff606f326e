"""Builders: a valid thing with one override."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


def a_purchase(who: str, **more: Any) -> dict[str, Any]:
    """A purchase as a storefront sends it; `who` becomes external id and address."""
    line = {"product_id": "1082185", "quantity": 2, "amount": 4200, "category": "TROPICAL FRUIT"}
    body: dict[str, Any] = {
        "message_id": f"{who}-{uuid4()}",
        "type": "purchase",
        "time": datetime.now(UTC).isoformat(),
        "customer": {"external_id": {"source": "shop", "id": who}, "email": f"{who}@example.test"},
        "traits": {"given_name": "Ada"},
        "data": {"channel": "web", "currency": "USD", "lines": [line]},
    }
    return body | more
