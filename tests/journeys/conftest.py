"""What journeys share besides the product."""

from __future__ import annotations

from typing import Any

import pytest

from tests.product import Product

__all__ = ["Product"]

_TEXT = """Hello {{ customer.given_name | default: 'there' }},
thank you.
https://shop.example.test/offer
{{ unsubscribe_url }}
"""


@pytest.fixture(scope="session")
async def campaign(product: Product, until: Any) -> dict[str, Any]:
    """Two purchases within a day make a fan; fans are welcomed once."""
    segment = await product.done(
        "POST", "analytics", "/segments", "marketing",
        json={"name": "Fans", "definition": {"event": "purchase", "agg": "count", "window": {"last": "P1D"},
                                             "op": "gte", "value": 2}},
    )  # fmt: skip

    async def live() -> bool:
        shown = await product.done("GET", "analytics", f"/segments/{segment['id']}", "marketing")
        return bool(shown["state"] == "live")

    await until(live)
    made = await product.done(
        "POST", "campaigns", "/campaigns", "marketing",
        json={"name": "Welcome", "purpose": "marketing", "content": {"subject": "Welcome", "text": _TEXT},
              "trigger": {"kind": "segment_entered", "segment_id": segment["id"]}},
    )  # fmt: skip

    async def started() -> bool:
        answer = await product.call("POST", "campaigns", f"/campaigns/{made['id']}/start", "marketing")
        # Campaigns hears of the segment a moment later.
        assert answer.is_success or "segment-not-ready" in answer.text, answer.text
        return answer.is_success

    await until(started)
    return {"campaign": made["id"], "segment": segment["id"]}
