"""The inbox: one row per (consumer, event id), written with the effect, so that a second delivery changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx
from shared.ids import day_of

_FIRST_TIME = text("""
    insert into inbox (consumer, event_id, day)
    select :consumer, id, day from unnest(cast(:ids as uuid[]), cast(:days as date[])) as t(id, day)
    on conflict do nothing returning event_id
""")
_FORGET = text("delete from inbox where consumer = :consumer and event_id = :id and day = :day")


async def first_time(tx: Tx, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Those of `event_ids` that this consumer has not handled before; they count as handled if `tx` commits."""
    if not event_ids:
        return set()
    unique = sorted(set(event_ids))
    rows = await tx.rows(_FIRST_TIME, {"consumer": consumer, "ids": unique, "days": [day_of(i) for i in unique]})
    return {row["event_id"] for row in rows}


async def forget(tx: Tx, consumer: str, event_id: UUID) -> None:
    """Take the event's row away, because its dead letter is being replayed."""
    await tx.execute(_FORGET, {"consumer": consumer, "id": event_id, "day": day_of(event_id)})
