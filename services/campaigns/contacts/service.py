"""What the handlers of one batch of events share about its customers: locks, tombstones, alias groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from services.campaigns.contacts.repository import groups
from shared.customers.group import Group
from shared.customers.merges import groups_of
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch


@dataclass(slots=True)
class BatchCustomers:
    """Kept in `batch.resolved`. `erased` is complete from the phase COPIES on."""

    to_lock: set[UUID] = field(default_factory=set)
    locked: set[UUID] = field(default_factory=set)
    erased: set[UUID] = field(default_factory=set)
    groups: dict[UUID, Group] = field(default_factory=dict)


def customers_of(batch: EventBatch) -> BatchCustomers:
    """What was worked out about this batch's customers so far, for handlers of all capabilities."""
    return cast(BatchCustomers, batch.resolved.setdefault("contacts", BatchCustomers()))


async def lock_named(tx: Tx, customers: BatchCustomers) -> None:
    """Everybody in `to_lock`, and the roots of their groups, is locked until the commit: at once and in one order, so
    that no two transactions can wait for each other."""
    if not customers.to_lock:
        return
    found = await groups_of(tx, customers.to_lock)
    ids = {*customers.to_lock, *(group.root for group in found.values())}
    await groups.lock_customers(tx, sorted(ids))
    customers.locked |= ids


async def find_erased(tx: Tx, customers: BatchCustomers, customer_ids: Iterable[UUID]) -> None:
    """`erased` names those of these ids that bear a tombstone."""
    customers.erased |= await erased_among(tx, customer_ids)


async def lock_groups_of(tx: Tx, customers: BatchCustomers, customer_ids: Iterable[UUID]) -> dict[UUID, Group]:
    """The alias groups of these ids, with their roots locked. Read after the merges of the batch, once for all
    handlers: a group can change between the reading before the lock and the lock."""
    wanted = set(customer_ids)
    if missing := wanted - customers.groups.keys():
        customers.groups |= await groups_of(tx, missing)
    found = {customer_id: customers.groups[customer_id] for customer_id in wanted}
    if unlocked := {group.root for group in found.values()} - customers.locked:
        await groups.lock_customers(tx, sorted(unlocked))
        customers.locked |= unlocked
    return found
