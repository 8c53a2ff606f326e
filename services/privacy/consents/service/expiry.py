"""Publish grants that have run out."""

from __future__ import annotations

from services.privacy.consents import repository
from services.privacy.consents.domain.ledger import mark_expired
from services.privacy.consents.service.addresses import tell_owners
from services.privacy.consents.service.ledger import emit_change
from services.privacy.subject_locks import repository as subject_locks
from shared.database.transaction import Tx


async def expire_consents(tx: Tx, limit: int) -> int:
    """Up to `limit` grants that ran out are published as unknown from now on; returns how many were found."""
    found = await repository.due(tx, tx.now, limit)
    if not found:
        return 0
    customer_ids = {scope.customer_id for scope in found}
    await subject_locks.lock(tx, customer_ids)
    wanted = set(found)
    # Read again under the lock: a new grant may have come meanwhile.
    heads = [
        head
        for head in await repository.heads_of(tx, customer_ids)
        if head.scope in wanted and head.has_run_out(tx.now) and not head.expired
    ]
    versions = await subject_locks.next_versions(tx, len(heads))
    changed = [mark_expired(head, version) for head, version in zip(heads, versions, strict=True)]
    await repository.store_heads(tx, changed)
    await subject_locks.set_versions(tx, {head.scope.customer_id: head.version for head in changed})
    for head in changed:
        emit_change(tx, head, None, time=head.expires_at)
    await tell_owners(tx, {head.given.fingerprint for head in changed if head.at_address and head.given is not None})
    return len(found)
