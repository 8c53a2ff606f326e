"""SQL that reads interactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.interactions.timeline.domain import Count, Filters, Interaction
from shared.database.transaction import Tx

_COLUMNS = """id, customer_id, time, recorded_at, kind, channel, origin, publisher, message_id, campaign_id, currency,
              amount, base_amount, cause, detail"""
_CONDITIONS = {
    "kind": "i.kind = :kind",
    "channel": "i.channel = :channel",
    "campaign_id": "i.campaign_id = :campaign_id",
    "since": "i.time >= :since",
    "until": "i.time < :until",
}
_BY_ID = text(f"select {_COLUMNS} from interactions where id = :id limit 1")
_COUNTS = text("""
    select kind, origin, count(*) as interactions,
           count(*) filter (where amount is not null and base_amount is null) as unvalued,
           coalesce(sum(base_amount), 0) as base_amount
    from interactions where time >= :since and time < :until
    group by kind, origin order by kind, origin
""")


async def timeline(
    tx: Tx, group: Sequence[UUID], filters: Filters, before: tuple[datetime, UUID] | None, limit: int
) -> list[Interaction]:
    """The newest `limit` interactions of these ids, newest first; those older than `before` (time, id) when given."""
    params: dict[str, Any] = {"group": list(group), "limit": limit}
    conditions = ["i.customer_id = member.id"]
    for name, condition in _CONDITIONS.items():
        value = getattr(filters, name)
        if value is not None:
            conditions.append(condition)
            params[name] = value
    if before is not None:
        # The first condition alone lets the planner leave out whole months.
        conditions.append("i.time <= :time and (i.time, i.id) < (:time, :id)")
        params["time"], params["id"] = before
    # For each id the newest from the primary key, backwards; then the newest of those.
    sql = f"""
        select {_COLUMNS} from (
            select i.* from unnest(cast(:group as uuid[])) as member(id) cross join lateral (
                select * from interactions i where {" and ".join(conditions)}
                order by i.time desc, i.id desc limit :limit
            ) i
        ) newest order by time desc, id desc limit :limit
    """
    return [_interaction(row) for row in await tx.rows(sql, params)]


async def interaction_by_id(tx: Tx, interaction_id: UUID) -> Interaction | None:
    """The interaction with this id."""
    row = await tx.row(_BY_ID, {"id": interaction_id})
    return _interaction(row) if row else None


async def counts(tx: Tx, since: datetime, until: datetime) -> list[Count]:
    """How many interactions occurred in the period, by kind and origin."""
    return [
        Count(row["kind"], row["origin"], row["interactions"], row["unvalued"], int(row["base_amount"]))
        for row in await tx.rows(_COUNTS, {"since": since, "until": until})
    ]


def _interaction(row: RowMapping) -> Interaction:
    return Interaction(**row)
