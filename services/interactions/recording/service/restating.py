"""Tell every interaction again, for services that keep them as facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.interactions.recording import repository
from services.interactions.recording.domain.digests import event_id_of
from services.interactions.recording.domain.interactions import fact_of
from services.interactions.visitors import repository as visitors
from shared.database.transaction import Tx

_PAGE = 1_000


async def restate_interactions(tx: Tx, settings: Any, after: Any) -> UUID | None:
    """The events of the next interactions, under their own ids. Returns where to go on.

    What was bought by somebody who is erased has no event any more; of visitors who are nobody yet there was none.
    """
    page = await repository.page_of_interactions(tx, after, _PAGE)
    unknown = await visitors.unclaimed_among(tx, {row["customer_id"] for row in page})
    for row in page:
        fact = fact_of(dict(row))
        if fact is None or row["customer_id"] in unknown:
            continue
        tx.publish(
            fact,
            subject=row["customer_id"],
            time=row["time"],
            id=event_id_of(row["id"]),
            recorded_at=row["recorded_at"],
        )
    return page[-1]["id"] if len(page) == _PAGE else None
