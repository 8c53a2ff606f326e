"""The history of a customer: what changed, when, by whom and because of which event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.attributes.domain.definitions import Value
from services.customers.profiles.domain.claims import Claims


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What is to be kept of a change under one id: by whom, and the event that led to it."""

    customer_id: UUID
    by: str
    what: Mapping[str, Any]
    cause: UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is {name: {"from": …, "to": …}}; `version` is the one the profile has since; `cause` the event, if any."""

    customer_id: UUID
    change_id: UUID
    version: int
    at: datetime
    by: str
    cause: UUID | None
    what: dict[str, Any]


def differences(before: Claims, after: Claims) -> dict[str, Any]:
    """{name: {"from": …, "to": …}} of the values that are different now."""
    names = sorted({*before, *after})
    values = {name: (_value(before, name), _value(after, name)) for name in names}
    return {name: {"from": old, "to": new} for name, (old, new) in values.items() if old != new}


def _value(claims: Claims, name: str) -> Value:
    return claims[name].value if name in claims else None
