"""Pairs that are proposed, what became of them, and comparisons of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.customers.attributes.domain.definitions import Kind
from services.customers.duplicates.domain.scoring import Comparison, FieldAgreement
from services.customers.profiles.domain.customer import Group

State = Literal["open", "confirmed", "rejected"]
RunState = Literal["running", "done", "cancelled"]
# What the worker does in nobody's name.
BY = "duplicates"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers who were compared; `customer_id` is the smaller id."""

    customer_id: UUID
    other_id: UUID
    kind: Kind
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two customers who may be one. `automatic`: alike enough to be merged without anybody looking."""

    duplicate_id: UUID
    customer_id: UUID
    other_id: UUID
    kind: Kind
    score: float
    fields: Sequence[FieldAgreement]
    automatic: bool
    state: State
    found_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    merge_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs: all of these must be so."""

    state: State = "open"
    kind: Kind | None = None
    customer_id: UUID | None = None
    least_score: float = 0.0
    most_score: float = 1.0


@dataclass(frozen=True, slots=True)
class Position:
    """Behind which pair a page begins."""

    score: float
    duplicate_id: UUID


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs: `sure` of the open ones may be merged automatically."""

    open: int
    sure: int
    confirmed: int
    rejected: int
    # Customers who were changed and are not compared yet.
    waiting: int


@dataclass(frozen=True, slots=True)
class Run:
    """A comparison of everybody: `compared` of about `customers` are done, `found` pairs were found by it."""

    run_id: UUID
    state: RunState
    customers: int
    compared: int
    found: int
    started_at: datetime
    started_by: str
    position: UUID | None = None
    finished_at: datetime | None = None


def survivor_of(first: Group, second: Group) -> Group:
    """Who stays when the two are merged: whom a storefront knows, then who has more identifiers, then who was first."""
    return max(first, second, key=_standing)


def may_be_automatic(first: Group, second: Group) -> bool:
    """Whether nothing speaks against a merge that nobody looks at.

    Two accounts of one storefront may be two on purpose; and what only a browser said of somebody may have been said to
    get at another's account."""
    accounts = [
        {(held.source, held.normalised) for held in group.identifiers if held.kind == "external_id"}
        for group in (first, second)
    ]
    storefronts = [{source for source, _ in held} for held in accounts]
    vouched = all(
        not group.identifiers or any(held.trust == "server" for held in group.identifiers) for group in (first, second)
    )
    return vouched and storefronts[0].isdisjoint(storefronts[1])


def _standing(group: Group) -> tuple[bool, int, float]:
    known = any(held.kind == "external_id" and held.trust == "server" for held in group.identifiers)
    return known, len(group.identifiers), -group.root.created_at.timestamp()
