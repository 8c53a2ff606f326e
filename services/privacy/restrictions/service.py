"""Restriction of processing (GDPR article 18): the data stays, nothing is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.privacy.restrictions import repository
from services.privacy.restrictions.domain import RestrictionChange
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.contracts.privacy import RestrictionChanged
from shared.customers.merges import groups_of
from shared.database.transaction import Tx

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Restriction:
    """Whether a customer's data are restricted under any id, and how that came, newest first."""

    restricted: bool
    changes: tuple[RestrictionChange, ...]


async def restrict(tx: Tx, customer_id: UUID, restricted: bool, changed_by: str) -> bool:
    """The restriction of this customer, under every id, is as asked; `restriction_changed` is emitted for each id where
    it changed, and who changed it is kept. Returns whether it did.

    Raises CustomerErased.
    """
    locked = await lock_subjects(tx, [customer_id])
    if locked.erased(customer_id):
        raise CustomerErased("This customer was erased; there is nothing to restrict.")
    changed = [state.customer_id for state in locked.states_of(customer_id) if state.restricted != restricted]
    versions = await subject_locks.next_versions(tx, len(changed))
    for member, version in zip(changed, versions, strict=True):
        await subject_locks.set_restriction(tx, member, restricted, version)
        tx.publish(RestrictionChanged(restricted=restricted), subject=member)
    await repository.add(
        tx,
        [
            RestrictionChange(member, version, restricted, tx.now, changed_by)
            for member, version in zip(changed, versions, strict=True)
        ],
    )
    return bool(changed)


async def show_restriction(tx: Tx, customer_id: UUID) -> Restriction:
    """The restriction over all ids of a customer, and who changed it."""
    members = (await groups_of(tx, [customer_id]))[customer_id].members
    states = await subject_locks.read(tx, members)
    changes = await repository.changes_of(tx, members)
    return Restriction(any(state.restricted for state in states.values()), tuple(changes))


async def restate_restrictions(tx: Tx, settings: Any, after: Any) -> UUID | None:
    """Tell the next restrictions again, for services that keep copies. Returns where to go on."""
    page = await subject_locks.page_of_restricted(tx, after, _PAGE)
    for customer_id in page:
        tx.publish(RestrictionChanged(restricted=True), subject=customer_id)
    return page[-1] if len(page) == _PAGE else None
