"""Customers as the rules know them, one override at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.customers.attributes.domain.definitions import Value
from services.customers.identifiers.domain import Identifier
from services.customers.profiles.domain.claims import Claim, Claims
from services.customers.profiles.domain.customer import Group, Record, profile_of

START = datetime(2024, 1, 1, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


def day(number: int) -> datetime:
    """The start plus so many days."""
    return START + timedelta(days=number)


def a_group(customer_id: UUID, claims: Claims | None = None, *emails: str) -> Group:
    """Somebody who stands for themself."""
    record = Record(customer_id, "person", "web", START, START, customer_id, claims=claims or {})
    group = Group(record, [record], [an_email(customer_id, email) for email in emails])
    return group.with_member(replace(record, profile=profile_of(group)))


def an_email(customer_id: UUID, value: str, **changes: object) -> Identifier:
    """An e-mail of that customer."""
    made = Identifier(UUID(int=hash(value) % 2**64), customer_id, "email", value, value, value, START, "web")
    return replace(made, **changes)  # type: ignore[arg-type]


def a_claim(value: Value, at: int, by: str = "web") -> Claim:
    """A claim made on that day."""
    return Claim(value, day(at), by)


def with_alias(survivor: Group, absorbed: Group, at: datetime) -> Group:
    """Both as one, as a merge leaves them: the absorbed record points to the survivor."""
    root = survivor.root.customer_id
    alias = replace(absorbed.root, current_id=root, merged_into=root, merged_at=at)
    return Group(survivor.root, [survivor.root, alias], [*survivor.identifiers, *absorbed.identifiers])
