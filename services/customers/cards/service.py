"""Make the contact cards of customers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.customers.attributes.domain.definitions import Definition
from services.customers.attributes.repository import load_definitions
from services.customers.cards.domain import Card, address_of
from services.customers.config import Settings
from services.customers.identifiers.domain import IdentifierKind
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.repository import records
from shared.customers.spelling import deliverable_email
from shared.database.transaction import Tx


async def contact_cards(tx: Tx, settings: Settings, ids: Sequence[UUID]) -> list[Card]:
    """A card for each id, in the order asked; `found` is false for the unknown and the erased.

    `attributes` are those that are defined: what a publisher sent unasked goes into no template.
    """
    groups = await records.read_groups(tx, ids)
    defined = set(await load_definitions(tx))
    return [
        _card(settings, asked, groups[asked], defined) if asked in groups else Card(customer_id=asked) for asked in ids
    ]


async def card_fields(tx: Tx) -> list[Definition]:
    """The attributes that a card may hold, by name."""
    definitions = await load_definitions(tx)
    return [definitions[name] for name in sorted(definitions)]


def _card(settings: Settings, asked: UUID, group: Group, defined: set[str]) -> Card:
    profile = group.root.profile
    language, zone = profile.values.get("language"), profile.values.get("time_zone")
    return Card(
        customer_id=asked,
        current_id=group.root.customer_id,
        found=True,
        status=profile.status,
        name=profile.name,
        email=_address(group, "email"),
        phone=_address(group, "phone"),
        language=language if isinstance(language, str) else None,
        time_zone=str(zone or settings.default_time_zone),
        attributes={name: value for name, value in profile.values.items() if name in defined},
    )


def _address(group: Group, kind: IdentifierKind) -> str | None:
    found = address_of(group, kind)
    if found is None:
        return None
    return deliverable_email(found.value) if kind == "email" else found.value
