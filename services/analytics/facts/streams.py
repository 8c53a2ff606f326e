"""Facts as a read model that can be rebuilt from what interactions tells again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.analytics.facts import repository
from services.analytics.facts.domain import FACT_EVENTS, fact_rows
from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from shared.contracts.envelope import Envelope, Origin
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.events.copies import CopyTable, ReadModel

# Facts recorded before events had ids that can be derived again bear others; what happened is the same.
_CONTENT = tuple(name for name in repository.COLUMNS if name not in ("customer_id", "event_id", "recorded_at"))
_NAMES = ", ".join(repository.COLUMNS)


async def store_facts(tx: Tx, events: Sequence[Envelope[Any]]) -> None:
    """The rows of these events, but for customers who are erased."""
    erased = await erased_among(tx, {event.subject for event in events})
    await repository.add_facts(tx, [row for event in events if event.subject not in erased for row in fact_rows(event)])


async def recompute(tx: Tx, ids: Sequence[UUID]) -> None:
    """Whose facts were put right is counted anew; nobody is written to because of it."""
    await identity.mark_dirty(tx, {id: partition_of(id) for id in ids}, tx.now, Origin.REPAIR)


FACTS = ReadModel(
    name="facts",
    consumer="analytics",
    topics=("interactions-events",),
    tables=(
        CopyTable(
            "facts",
            content=_CONTENT,
            mend=(
                "delete from public.facts where customer_id = any(cast(:ids as uuid[]))",
                f"insert into public.facts ({_NAMES}) select {_NAMES} from pg_temp.facts"
                " where customer_id = any(cast(:ids as uuid[]))",
            ),
        ),
    ),
    types=FACT_EVENTS,
    handle=store_facts,
    mended=recompute,
)
