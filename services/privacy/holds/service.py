"""Put customers on hold, and lift holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.privacy.holds import repository
from services.privacy.holds.domain import Hold
from services.privacy.holds.errors import HoldEndsTooEarly, HoldNotFound, HoldOver
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.customers.merges import groups_of
from shared.database.transaction import Tx
from shared.ids import new_id


async def place_hold(tx: Tx, customer_id: UUID, by: str, reason: str, until: datetime) -> Hold:
    """No erasure of this customer, under any id, begins before the hold ends; one that has begun goes on. Raises
    CustomerErased, HoldEndsTooEarly."""
    if until <= tx.now:
        raise HoldEndsTooEarly("The end lies in the past.", cure="Send a later day.", where="/until")
    locked = await lock_subjects(tx, [customer_id])
    if locked.erased(customer_id):
        raise CustomerErased("This customer was erased; there is nothing to hold.")
    hold = Hold(new_id(), locked.groups[customer_id].root, reason, until, tx.now, by)
    await repository.add(tx, hold)
    return hold


async def lift_hold(tx: Tx, hold_id: UUID, by: str) -> Hold:
    """The hold is over now; an erasure that waits for it goes on. Raises HoldNotFound, HoldOver."""
    hold = await repository.lock(tx, hold_id)
    if hold is None:
        raise HoldNotFound("There is no hold with this id.", cure="See GET /holds.")
    if not hold.stands(tx.now):
        raise HoldOver("It was lifted, or its end has come.", cure="Place another one if the data must be kept.")
    await repository.lift(tx, hold_id, by)
    return replace(hold, lifted_at=tx.now, lifted_by=by)


async def standing_over(tx: Tx, customer_ids: Iterable[UUID]) -> list[Hold]:
    """The holds that stand over these ids."""
    return [hold for hold in await repository.of(tx, customer_ids) if hold.stands(tx.now)]


async def holds_of(tx: Tx, customer_ids: Iterable[UUID]) -> list[Hold]:
    """All holds over these ids, also those that are over; the oldest first."""
    return await repository.of(tx, customer_ids)


async def list_holds(
    tx: Tx, *, before: UUID | None, customer_id: UUID | None, standing: bool, limit: int
) -> list[Hold]:
    """Holds, newest first; of one customer under every id, if given."""
    members = None if customer_id is None else (await groups_of(tx, [customer_id]))[customer_id].members
    return await repository.page(tx, before=before, customer_ids=members, standing=standing, limit=limit)
