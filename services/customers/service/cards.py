"""Contact cards: what campaigns need to write to somebody, asked for at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.customers.config import Settings
from services.customers.domain.claims import Value
from services.customers.domain.customer import Group, IdentifierKind, Status, address_of
from services.customers.repository import records
from services.customers.repository.definitions import definitions
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Card:
    """One answer. `current_id` differs from `customer_id` (the id asked for) after a merge."""

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


async def contact_cards(tx: Tx, settings: Settings, ids: Sequence[UUID]) -> list[Card]:
    """A card for each id, in the order asked; `found` is false for the unknown and the erased.

    `attributes` are those that are defined: what a publisher sent unasked goes into no template.
    """
    groups = await records.read_groups(tx, ids)
    known = await definitions(tx)
    return [_card(settings, one, groups[one], set(known)) if one in groups else Card(one) for one in ids]


def _card(settings: Settings, asked: UUID, group: Group, defined: set[str]) -> Card:
    shown = group.root.shown
    language, zone = shown.values.get("language"), shown.values.get("time_zone")
    return Card(
        customer_id=asked,
        current_id=group.root.customer_id,
        found=True,
        status=shown.status,
        name=shown.name,
        email=_address(group, "email"),
        phone=_address(group, "phone"),
        language=language if isinstance(language, str) else None,
        time_zone=str(zone or settings.default_time_zone),
        attributes={name: value for name, value in shown.values.items() if name in defined},
    )


def _address(group: Group, kind: IdentifierKind) -> str | None:
    found = address_of(group, kind)
    return found.value if found else None
