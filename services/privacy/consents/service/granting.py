"""Grant for a customer at an address of which only the hash is known: to whoever holds a link that went there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.privacy.consents.domain.ledger import Action, Given, Line, Proof, Scope, Statement
from services.privacy.consents.service.addresses import tell_owners
from services.privacy.consents.service.ledger import append_to_ledger
from services.privacy.identity.domain import NamedAddress
from services.privacy.identity.service import holders_of
from services.privacy.notices.domain import Terms
from services.privacy.subject_locks.domain import LockedSubjects
from shared.database.transaction import Tx
from shared.ids import new_id


async def grant(
    tx: Tx,
    customer_id: UUID,
    addresses: Sequence[NamedAddress],
    proof: Proof,
    purpose: str,
    channel: str,
    terms: Terms,
    locked: LockedSubjects,
) -> list[Line]:
    """The purpose and channel are permitted: under the customer's current id, and at the address that the channel
    uses. Customer and addresses must be locked, and the customer not erased."""
    group = locked.groups[customer_id]
    address = next((named for named in addresses if channel in named.channels), None)
    given, scopes = None, [Scope(group.root, purpose, channel)]
    if address is not None:
        holder = (await holders_of(tx, [address]))[address.fingerprint]
        given = Given(address.fingerprint, holder.generation)
        # Not somebody else's address: what one customer grants there is no word of the other's.
        if holder.owner is None or holder.owner in group.members:
            scopes.append(Scope(address.subjects[0], purpose, channel))
    consent_id, expires_at = new_id(), terms.expiry(tx.now)
    lines = await append_to_ledger(
        tx, [Statement(consent_id, scope, Action.GRANTED, tx.now, proof, expires_at, given) for scope in scopes]
    )
    await tell_owners(tx, {address.fingerprint} if address is not None and address.kind == "email" else set())
    return lines
