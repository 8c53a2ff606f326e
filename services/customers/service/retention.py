"""Values whose attribute says how long they are kept are not kept longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.customers.config import Settings
from services.customers.domain.claims import Claims
from services.customers.domain.customer import Group
from services.customers.repository import definitions as store
from services.customers.repository import records
from services.customers.service.profiles import Entry, Writing, write
from shared.database.transaction import Tx

BATCH = 200
BY = "retention"


async def expire_attributes(tx: Tx, settings: Settings) -> bool:
    """Some values past their time are gone, from records and history; the profile is told again.

    False when none is left.
    """
    known = await store.definitions(tx)
    for name, definition in sorted(known.items()):
        if definition.retention_days is None:
            continue
        cutoff = tx.now - timedelta(days=definition.retention_days)
        ids = await store.customers_past(tx, name, cutoff, BATCH)
        if not ids:
            continue
        groups = await records.lock_groups(tx, ids)
        everyone = [one.customer_id for group in groups.values() for one in group.members]
        await store.forget_in_history(tx, name, everyone, cutoff)
        entries = {one: [Entry(one, BY, {name: {"from": None, "to": None}})] for one in groups}
        await write(
            tx,
            settings,
            [Writing(group, _without(group, name, cutoff), entries[one]) for one, group in groups.items()],
            known,
        )
        return True
    return False


def _without(group: Group, name: str, cutoff: datetime) -> Group:
    for record in group.members:
        kept = replace(record, claims=_kept(record.claims, name, cutoff), unfit=_kept(record.unfit, name, cutoff))
        group = group.with_member(kept)
    return group


def _kept(claims: Claims, name: str, cutoff: datetime) -> Claims:
    return {key: claim for key, claim in claims.items() if key != name or claim.at >= cutoff}
