"""Tell every profile again, for services that keep copies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.profiles.repository import records
from services.customers.profiles.service.updates import profile_fact
from shared.database.transaction import Tx

_PAGE = 500


async def restate_profiles(tx: Tx, settings: Settings, after: Any) -> UUID | None:
    """`profile_changed` of the next customers, as their records show it; those who were merged into others included,
    whose copies stay as they were then. Returns where to go on, None after the last."""
    page = await records.page_of_records(tx, after, _PAGE)
    definitions = await load_definitions(tx)
    for record in page:
        tx.publish(profile_fact(settings, record, record.profile, definitions, []), subject=record.customer_id)
    return page[-1].customer_id if len(page) == _PAGE else None
