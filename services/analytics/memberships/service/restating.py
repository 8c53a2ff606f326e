"""Tell every membership again, for services that keep copies."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from services.analytics.memberships.repository import memberships
from shared.contracts.analytics import MembershipsChanged, Transition
from shared.database.transaction import Tx

_PAGE = 500
BY = "restated"


async def restate_memberships(tx: Tx, settings: Any, after: Any) -> UUID | None:
    """`memberships_changed` of the next customers, with every segment that holds them. Returns where to go on."""
    rows, last = await memberships.page_of_members(tx, after, _PAGE)
    for customer_id, held in groupby(rows, key=lambda row: row["customer_id"]):
        entered = [
            Transition(segment_id=row["segment_id"], version=row["version"], at=row["since"], by=BY) for row in held
        ]
        tx.publish(MembershipsChanged(entered=entered, left=[]), subject=customer_id)
    return last
