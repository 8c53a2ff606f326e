"""Builders of what campaigns hears: a valid fact with what is to be different."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.contracts.customers import ProfileChanged


def a_profile(**changes: Any) -> ProfileChanged:
    """What customers says of an active person with an e-mail in UTC."""
    said: dict[str, Any] = {
        "kind": "person",
        "status": "active",
        "attributes": {},
        "changed": [],
        "reachable": ["email"],
        "time_zone": "UTC",
        "created_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    return ProfileChanged(**said | changes)
