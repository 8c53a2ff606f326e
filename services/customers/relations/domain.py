"""Relations between two customers: their kinds, seen from either end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.customers.attributes.domain.definitions import Kind

RelationKind = Literal[
    "lives_with", "spouse_of", "sibling_of", "parent_of", "child_of", "employee_of", "employer_of", "parent_company_of",
    "subsidiary_of", "referrer_of", "referred_by", "partner_of", "contact_of", "represented_by",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class KindRule:
    """A kind: how the other end sees it, and who may stand at this end (None: a person or a firm)."""

    inverse: RelationKind
    this_end: Kind | None = None


KINDS: dict[RelationKind, KindRule] = {
    "lives_with": KindRule("lives_with", "person"),
    "spouse_of": KindRule("spouse_of", "person"),
    "sibling_of": KindRule("sibling_of", "person"),
    "parent_of": KindRule("child_of", "person"),
    "child_of": KindRule("parent_of", "person"),
    "employee_of": KindRule("employer_of", "person"),
    "employer_of": KindRule("employee_of", "firm"),
    "parent_company_of": KindRule("subsidiary_of", "firm"),
    "subsidiary_of": KindRule("parent_company_of", "firm"),
    "referrer_of": KindRule("referred_by"),
    "referred_by": KindRule("referrer_of"),
    "partner_of": KindRule("partner_of"),
    "contact_of": KindRule("represented_by", "person"),
    "represented_by": KindRule("contact_of", "firm"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both days included; None where it is not known, or has no end."""

    since: date | None = None
    until: date | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether it begins before it ends."""
        return self.since is None or self.until is None or self.since <= self.until

    def holds_on(self, day: date) -> bool:
        """Whether that day lies in it."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Relation:
    """`customer_id` is `kind` `other_id`: Ada is parent_of Byron. Kept once, and shown from either end."""

    relation_id: UUID
    customer_id: UUID
    other_id: UUID
    kind: RelationKind
    period: Period
    note: str | None
    stated_at: datetime
    stated_by: str


def fits(kind: RelationKind, this: Kind, other: Kind) -> bool:
    """Whether a person or a firm may stand at each end."""
    ends = (KINDS[kind].this_end, KINDS[KINDS[kind].inverse].this_end)
    return all(wanted in (None, have) for wanted, have in zip(ends, (this, other), strict=True))


def canonical(this: UUID, kind: RelationKind, other: UUID) -> tuple[UUID, RelationKind, UUID]:
    """The same relation however it is said: under the name that comes first, and of two of one name the smaller id."""
    inverse = KINDS[kind].inverse
    turned = inverse < kind or (inverse == kind and other < this)
    return (other, inverse, this) if turned else (this, kind, other)
