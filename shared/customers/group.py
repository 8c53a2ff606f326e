"""A customer under all of its ids."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Group:
    """Every id of one customer, in order, and the one that stands for them; both are the id itself when nobody merged
    it."""

    root: UUID
    members: tuple[UUID, ...]
