"""A contact card, and the address to use of those that a customer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.customers.attributes.domain.definitions import Value
from services.customers.identifiers.domain import Identifier, IdentifierKind
from services.customers.profiles.domain.customer import Group, Status


@dataclass(frozen=True, slots=True)
class Card:
    """What is needed to write to `customer_id` (the id asked for). `current_id` differs from it after a merge."""

    customer_id: UUID
    current_id: UUID | None = None
    found: bool = False
    status: Status | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


def address_of(group: Group, kind: IdentifierKind) -> Identifier | None:
    """The address to use: preferred before verified before one that a server stated before the survivor's before the
    most recent."""
    root = group.root.customer_id
    return max(
        (identifier for identifier in group.identifiers if identifier.kind == kind),
        key=lambda offered: (
            offered.preferred,
            offered.verified,
            offered.trust == "server",
            offered.customer_id == root,
            offered.at,
            offered.identifier_id,
        ),
        default=None,
    )
