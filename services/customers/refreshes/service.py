"""Publish customers again, with their values sorted anew, after the definition of an attribute changed."""

from __future__ import annotations

from dataclasses import replace

from services.customers.attributes.domain.definitions import Definitions
from services.customers.attributes.repository import load_definitions, move_refresh, next_refresh
from services.customers.config import Settings
from services.customers.profiles.domain.customer import Group, Record
from services.customers.profiles.domain.fitting import classify, fold
from services.customers.profiles.repository import records
from services.customers.profiles.service.updates import ProfileUpdate, save_updates
from services.customers.refreshes.repository import customers_having
from shared.contracts.envelope import Origin
from shared.database.transaction import Tx

# One transaction of a refresh: locks few customers for a short time.
BATCH = 200


async def refresh_customers(tx: Tx, settings: Settings) -> bool:
    """The next customers whose attribute got another definition are published. False when there is nothing to do."""
    refresh = await next_refresh(tx)
    if refresh is None:
        return False
    definitions = await load_definitions(tx)
    ids = await customers_having(tx, refresh, BATCH)
    groups = await records.lock_groups(tx, ids)
    await save_updates(
        tx,
        settings,
        [
            ProfileUpdate(
                group, _refitted(group, refresh.name, definitions), announce=(refresh.name,), origin=Origin.BACKFILL
            )
            for customer_id, group in groups.items()
            if group.root.customer_id == customer_id
        ],
        definitions,
    )
    done = tx.now if len(ids) < BATCH else None
    await move_refresh(tx, refresh, ids[-1] if ids else refresh.position, done)
    return True


def _refitted(group: Group, name: str, definitions: Definitions) -> Group:
    for record in group.members:
        group = group.with_member(_refit(record, name, definitions))
    return group


def _refit(record: Record, name: str, definitions: Definitions) -> Record:
    """Its claims to `name`, sorted anew into those that fit and those that do not."""
    values = {key: claim for key, claim in record.claims.items() if key != name}
    unfit = {key: claim for key, claim in record.unfit.items() if key != name}
    for held in (record.claims.get(name), record.unfit.get(name)):
        if held is not None:
            claim, fits = classify(name, held, definitions)
            if fits:
                values = dict(fold(values, {name: claim}))
            else:
                unfit = dict(fold(unfit, {name: claim}))
    return replace(record, claims=values, unfit=unfit)
