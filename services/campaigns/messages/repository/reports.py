"""Count and list a campaign's messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from services.campaigns.messages.domain.accounting import Backlog, Tally
from services.campaigns.messages.domain.ledger import CustomerMessage, MessageRow, MessageState
from shared.database.transaction import Tx


async def tallies(tx: Tx, campaign_id: UUID) -> list[Tally]:
    """Messages of the campaign by state, reason and last deferral."""
    rows = await tx.rows(
        """select state, reason, deferred_for, count(*) as count from messages where campaign_id = :campaign
           group by 1, 2, 3""",
        {"campaign": campaign_id},
    )
    return [Tally(MessageState(row["state"]), row["reason"], row["deferred_for"], row["count"]) for row in rows]


async def audience(tx: Tx, campaign_id: UUID) -> int:
    """How many entered, counted apart from the states."""
    return int(await tx.value("select count(*) from messages where campaign_id = :campaign", {"campaign": campaign_id}))


async def page(
    tx: Tx, campaign_id: UUID, *, after: UUID | None, state: MessageState | None, limit: int
) -> Sequence[MessageRow]:
    """The campaign's messages by id."""
    rows = await tx.rows(
        f"""
        select {_ROW}
        from messages where campaign_id = :campaign and (cast(:after as uuid) is null or id > :after)
        and (cast(:state as text) is null or state = :state) order by id limit :limit
        """,
        {"campaign": campaign_id, "after": after, "state": state.value if state else None, "limit": limit},
    )
    return [_row_of(row) for row in rows]


async def of_customers(
    tx: Tx, customer_ids: Sequence[UUID], *, before: tuple[datetime, UUID] | None, limit: int
) -> list[CustomerMessage]:
    """Messages to any of these ids, those that entered last first, from `before` on."""
    rows = await tx.rows(
        f"""
        select {_ROW}, campaign_id, purpose, array(
                   select distinct kind from responses r
                   where r.campaign_id = m.campaign_id and r.message_id = m.id
                   and r.kind in ('exposed', 'delivered', 'opened', 'clicked', 'replied', 'bought', 'refused',
                                  'complained', 'bounced', 'unsubscribed') order by kind
               ) as kinds
        from messages m where customer_id = any(cast(:ids as uuid[]))
        and (cast(:at as timestamptz) is null or (enrolled_at, id) < (cast(:at as timestamptz), cast(:id as uuid)))
        order by enrolled_at desc, id desc limit :limit
        """,
        {
            "ids": list(customer_ids),
            "at": before[0] if before else None,
            "id": before[1] if before else None,
            "limit": limit,
        },
    )
    return [CustomerMessage(_row_of(row), row["campaign_id"], row["purpose"], tuple(row["kinds"])) for row in rows]


_ROW = """id, customer_id, entry_id, step, channel, state, reason, deferred_for, attempts, enrolled_at, not_before,
          expires_at, claimed_at, settled_at, settled_by, permit_id, bounced"""
_FIELDS = [field.name for field in fields(MessageRow)]


def _row_of(row: RowMapping) -> MessageRow:
    return MessageRow(**{**{name: row[name] for name in _FIELDS}, "state": MessageState(row["state"])})


_MOST_COUNTED = 100_000


async def backlog(tx: Tx) -> Backlog:
    """Counts over the partial indexes."""
    row = await tx.row(
        """
        select (select count(*) from (
                    select from messages where state = 'waiting' and not_before <= :now limit :most
                ) as due_rows) as due,
               (select count(*) from messages where holder is not null and state = 'claimed') as claimed,
               (select count(*) from messages where state = 'unknown') as unknown,
               (select min(oldest) from generate_series(0, 9) as p(priority) cross join lateral (
                    select min(not_before) as oldest from messages where state = 'waiting' and priority = p.priority
                ) as first_due) as oldest
        """,
        {"now": tx.now, "most": _MOST_COUNTED},
    )
    assert row is not None, "a select without from has a row"
    oldest = max(0.0, (tx.now - row["oldest"]).total_seconds()) if row["oldest"] is not None else 0.0
    return Backlog(row["due"], row["claimed"], row["unknown"], oldest)
