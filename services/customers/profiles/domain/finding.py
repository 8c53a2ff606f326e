"""What a list of customers is asked for: filters, and where the page before ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.definitions import Value


@dataclass(frozen=True, slots=True)
class Filters:
    """All of them must hold. `attributes` are equal to the profile's values. `words`: each begins a word of the
    name, in any order; `phones` are fingerprints of one number, in each of its spellings. An empty tuple matches
    nobody."""

    status: str | None = None
    kind: str | None = None
    country: str | None = None
    created_since: datetime | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)
    words: tuple[str, ...] | None = None
    phones: tuple[str, ...] | None = None


def words_of(name: str) -> tuple[str, ...]:
    """The words by which a name is looked for: `o'neill, m` has three."""
    return tuple(re.findall(r"[^\W_]+", name.lower()))


@dataclass(frozen=True, slots=True)
class Position:
    """Where the page before ended."""

    created_at: datetime
    customer_id: UUID
