"""Restriction of processing (GDPR article 18): the data stays, nothing is done with it."""

from __future__ import annotations

from uuid import UUID

from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.contracts.privacy import RestrictionChanged
from shared.database.transaction import Tx


async def restrict(tx: Tx, customer_id: UUID, restricted: bool) -> bool:
    """The restriction of this customer, under every id, is as asked; `restriction_changed` is emitted for each id where
    it changed. Returns whether it did.

    Raises CustomerErased.
    """
    locked = await lock_subjects(tx, [customer_id])
    if locked.erased(customer_id):
        raise CustomerErased("This customer was erased; there is nothing to restrict.")
    changed = [state.customer_id for state in locked.states_of(customer_id) if state.restricted != restricted]
    for member, version in zip(changed, await subject_locks.next_versions(tx, len(changed)), strict=True):
        await subject_locks.set_restriction(tx, member, restricted, version)
        tx.publish(RestrictionChanged(restricted=restricted), subject=member)
    return bool(changed)
