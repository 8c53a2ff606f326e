"""Take customers out who are none: an import was taken back."""

from __future__ import annotations

from collections.abc import Sequence, Set
from uuid import UUID

from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.memberships.repository import memberships
from services.analytics.memberships.repository.memberships import MembershipChange
from services.analytics.memberships.service.emission import Causes, emit_changes
from services.analytics.retracted import repository
from shared.contracts.customers import CustomerRetracted
from shared.contracts.envelope import Envelope, Origin
from shared.database.transaction import Tx


async def retract_customers(
    tx: Tx, stores: Sequence[str], events: Sequence[Envelope[CustomerRetracted]], returned: Set[UUID]
) -> None:
    """They have left every segment, and nothing is kept of them. Of whom something else is known (what they did, a
    consent, a list), or who are back (`returned`), memberships are worked out anew."""
    last = {event.subject: event for event in events}
    await repository.forget_profiles(tx, {id: event.version for id, event in last.items()})
    known = await repository.known_otherwise(tx, list(last)) | returned
    gone = [id for id in last if id not in known]
    changes = [
        MembershipChange(
            row.customer_id,
            row.segment_id,
            row.version,
            False,
            last[row.customer_id].recorded_at,
            str(last[row.customer_id].id),
            Origin.REPAIR,
            row.shown,
        )
        for row in await repository.memberships_of(tx, gone)
    ]
    await memberships.store_changes(tx, changes)
    emit_changes(tx, changes, Causes({str(event.id): event for event in last.values()}))
    await repository.forget(tx, stores, gone)
    for id in known:
        event = last[id]
        await identity.mark_dirty(tx, {id: partition_of(id)}, event.recorded_at, Origin.REPAIR, event.id)
