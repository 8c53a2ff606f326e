"""Tell every merge again, for services that keep copies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.customers.merges import repository as merges
from shared.contracts.customers import CustomersMerged
from shared.database.transaction import Tx

_PAGE = 500


async def restate_merges(tx: Tx, settings: Any, before: Any) -> UUID | None:
    """`customers_merged` of the next merges that stand, under the survivor's key. Returns where to go on."""
    page = await merges.page_of_merges(tx, None, before, _PAGE)
    for merge in page:
        if merge.undone_at is None:
            tx.publish(
                CustomersMerged(merge_id=merge.merge_id, survivor=merge.survivor, absorbed=merge.absorbed),
                subject=merge.survivor,
            )
    return page[-1].merge_id if len(page) == _PAGE else None
