"""Restriction of processing (GDPR article 18): the data stays, nothing is done with it."""

from __future__ import annotations

from uuid import UUID

from services.privacy.errors import CustomerErased
from services.privacy.repository import identities, standings
from shared.contracts.privacy import RestrictionChanged
from shared.database.transaction import Tx


async def restrict(tx: Tx, customer_id: UUID, restricted: bool) -> bool:
    """The restriction of this customer, under every id, is as asked; said where it changed. Returns whether it did.

    Raises CustomerErased.
    """
    group = (await identities.groups(tx, [customer_id]))[customer_id]
    known = await standings.lock(tx, group.members)
    if any(one.erased for one in known.values()):
        raise CustomerErased("This customer was erased; there is nothing to restrict.")
    changed = [one.customer_id for one in known.values() if one.restricted != restricted]
    for member, number in zip(changed, await standings.numbers(tx, len(changed)), strict=True):
        await standings.restrict(tx, member, restricted, number)
        tx.publish(RestrictionChanged(restricted=restricted), subject=member)
    return bool(changed)
