"""Who enters a campaign."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from services.campaigns.domain.campaign import Campaign
from services.campaigns.domain.ledger import Entry, message_id
from shared.database.transaction import Tx

_STEP = "send"


async def last_entries(
    tx: Tx, campaign_ids: Sequence[UUID], customer_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], datetime]:
    """When each of these ids last entered each of these campaigns, by (campaign, customer)."""
    rows = await tx.rows(
        """
        select customer_id, campaign_id, max(enrolled_at) as at from messages
        where customer_id = any(cast(:customers as uuid[])) and campaign_id = any(cast(:campaigns as uuid[]))
        group by 1, 2
        """,
        {"customers": list(customer_ids), "campaigns": list(campaign_ids)},
    )
    return {(row["campaign_id"], row["customer_id"]): row["at"] for row in rows}


async def add_messages(tx: Tx, entries: Sequence[tuple[Campaign, Entry]]) -> int:
    """A waiting message for each entry; an entry that is known already changes nothing. One statement."""
    if not entries:
        return 0
    result = await tx.execute(
        """
        insert into messages (customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, state, context,
                              enrolled_at, not_before, expires_at)
        select customer_id, id, campaign_id, entry_id, :step, channel, purpose, priority, 'waiting',
               cast(context as jsonb), :now, :now, expires_at
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:campaigns as uuid[]),
                    cast(:entries as uuid[]), cast(:channels as text[]), cast(:purposes as text[]),
                    cast(:priorities as smallint[]), cast(:contexts as text[]), cast(:expiries as timestamptz[]))
             as t(customer_id, id, campaign_id, entry_id, channel, purpose, priority, context, expires_at)
        order by customer_id
        on conflict do nothing
        """,
        {
            "step": _STEP,
            "now": tx.now,
            "customers": [entry.customer_id for _, entry in entries],
            "ids": [
                message_id(c.id, entry.entry_id, entry.customer_id, _STEP, c.definition.channel) for c, entry in entries
            ],
            "campaigns": [campaign.id for campaign, _ in entries],
            "entries": [entry.entry_id for _, entry in entries],
            "channels": [campaign.definition.channel for campaign, _ in entries],
            "purposes": [campaign.definition.purpose for campaign, _ in entries],
            "priorities": [campaign.definition.priority for campaign, _ in entries],
            "contexts": [orjson.dumps(dict(entry.context)).decode() for _, entry in entries],
            "expiries": [tx.now + campaign.definition.expires_after for campaign, _ in entries],
        },
    )
    return result.rowcount


async def members_of(tx: Tx, segment_id: UUID, size: int) -> AsyncIterator[list[UUID]]:
    """Everybody in the segment, `size` at a time."""
    after: UUID | None = None
    while True:
        rows = await tx.rows(
            """
            select customer_id from memberships
            where segment_id = :segment and member and (cast(:after as uuid) is null or customer_id > :after)
            order by customer_id limit :size
            """,
            {"segment": segment_id, "after": after, "size": size},
        )
        if not rows:
            return
        after = rows[-1]["customer_id"]
        yield [row["customer_id"] for row in rows]
