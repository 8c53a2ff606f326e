"""Signs that a campaign's messages go out, or that they bring down who sends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.campaigns.messages.domain.accounting import Strikes
from shared.database.transaction import Tx


async def mark_hand_overs(tx: Tx, campaign_ids: Sequence[UUID]) -> None:
    """A message of each of these was handed over just now."""
    await tx.execute(
        """insert into hand_over_marks as m (campaign_id, at)
           select id, :now from unnest(cast(:ids as uuid[])) as t(id) order by id
           on conflict (campaign_id) do update set at = greatest(m.at, excluded.at)""",
        {"ids": sorted(campaign_ids), "now": tx.now},
    )


async def strikes_since(tx: Tx, campaign_id: UUID, since: datetime) -> Strikes:
    """What the campaign's messages brought down since then. Of senders those count that had handed over nothing of the
    campaign in the meantime: a process that is killed in the midst of its work is no sign. Nor is a sender that lost
    its session because the database itself ended: what it had in hand was claimed before the database's start."""
    row = await tx.row(
        """
        select count(distinct holder) filter (
                   where reason = 'sender-gone' and settled_at > coalesce(
                       (select at from hand_over_marks where campaign_id = :campaign), '-infinity')
                   and claimed_at > cast(:now as timestamptz)
                                    - (clock_timestamp() - pg_postmaster_start_time()) * cast(:factor as float8)
               ) as senders,
               count(*) filter (where reason = 'template-limits') as letters
        from messages
        where campaign_id = :campaign and reason in ('sender-gone', 'template-limits') and settled_at > :since
        """,
        {"campaign": campaign_id, "since": since, "now": tx.now, "factor": tx.clock.factor},
    )
    assert row is not None, "an aggregate has a row"
    return Strikes(row["senders"], row["letters"])
