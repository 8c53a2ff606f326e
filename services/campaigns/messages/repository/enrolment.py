"""Add messages to the ledger, and find when a customer last entered a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.campaigns.messages.domain.ledger import NewMessage, message_id
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx


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


async def add_messages(tx: Tx, messages: Sequence[NewMessage]) -> int:
    """Each of these waits to be sent; an entry that is known already changes nothing. One statement. Returns how many
    are new."""
    if not messages:
        return 0
    result = await tx.execute(
        """
        insert into messages (customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, state, context,
                              enrolled_at, not_before, expires_at, terms_id)
        select customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, 'waiting',
               cast(context as jsonb), :now, :now, expires_at, terms_id
        from unnest(cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:campaigns as uuid[]),
                    cast(:entries as uuid[]), cast(:steps as text[]), cast(:channels as text[]),
                    cast(:purposes as text[]), cast(:priorities as smallint[]), cast(:contexts as text[]),
                    cast(:expiries as timestamptz[]), cast(:terms as uuid[]))
             as t(customer_id, id, campaign_id, entry_id, step, channel, purpose, priority, context, expires_at,
                  terms_id)
        order by customer_id
        on conflict do nothing
        """,
        {
            "now": tx.now,
            "customers": [message.customer_id for message in messages],
            "ids": [
                message_id(message.campaign_id, message.entry_id, message.customer_id, message.step, message.channel)
                for message in messages
            ],
            "campaigns": [message.campaign_id for message in messages],
            "entries": [message.entry_id for message in messages],
            "steps": [message.step for message in messages],
            "channels": [message.channel for message in messages],
            "purposes": [message.purpose for message in messages],
            "priorities": [message.priority for message in messages],
            "contexts": [to_jsonb(dict(message.context)) for message in messages],
            "expiries": [message.expires_at for message in messages],
            "terms": [message.terms_id for message in messages],
        },
    )
    return result.rowcount
