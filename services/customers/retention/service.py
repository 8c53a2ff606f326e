"""Delete values that are older than the definition of their attribute allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.profiles.domain.claims import Claims
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.history import HistoryEntry
from services.customers.profiles.repository import records
from services.customers.profiles.repository.history import forget_in_history
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from services.customers.retention.repository import customers_past
from shared.database.transaction import Tx

BATCH = 200
BY = "retention"


async def expire_attributes(tx: Tx, settings: Settings) -> bool:
    """Some values past their time are gone, from records and history; their customers are published again.

    False when none is left.
    """
    definitions = await load_definitions(tx)
    for name, definition in sorted(definitions.items()):
        if definition.retention_days is None:
            continue
        cutoff = tx.now - timedelta(days=definition.retention_days)
        ids = await customers_past(tx, name, cutoff, BATCH)
        if not ids:
            continue
        groups = await records.lock_groups(tx, ids)
        members = [customer_id for group in groups.values() for customer_id in group.ids]
        await forget_in_history(tx, name, members, cutoff)
        updates = [
            ProfileUpdate(
                group,
                _without(group, name, cutoff),
                [HistoryEntry(customer_id, BY, {name: {"from": None, "to": None}})],
            )
            for customer_id, group in groups.items()
        ]
        await save_updates(tx, settings, updates, definitions)
        return True
    return False


def _without(group: Group, name: str, cutoff: datetime) -> Group:
    for record in group.members:
        kept = replace(
            record,
            claims=_kept(record.claims, name, cutoff),
            unfit=_kept(record.unfit, name, cutoff),
            hearsay=_kept(record.hearsay, name, cutoff),
        )
        group = group.with_member(kept)
    return group


def _kept(claims: Claims, name: str, cutoff: datetime) -> Claims:
    return {key: claim for key, claim in claims.items() if key != name or claim.at >= cutoff}
