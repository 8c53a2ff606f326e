"""Exposures and responses to our messages."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.campaigns.messages.domain.ledger import Response
from shared.database.transaction import Tx


async def save(tx: Tx, responses: Sequence[Response]) -> None:
    """Each message, kind and link once; one statement for all."""
    await tx.execute(
        """
        insert into responses (customer_id, campaign_id, message_id, kind, link, first_at)
        select * from unnest(cast(:customers as uuid[]), cast(:campaigns as uuid[]), cast(:messages as uuid[]),
                             cast(:kinds as text[]), cast(:links as text[]), cast(:at as timestamptz[]))
        on conflict do nothing
        """,
        {
            "customers": [response.customer_id for response in responses],
            "campaigns": [response.campaign_id for response in responses],
            "messages": [response.message_id for response in responses],
            "kinds": [response.kind for response in responses],
            "links": [response.link for response in responses],
            "at": [response.at for response in responses],
        },
    )


async def by_kind(tx: Tx, campaign_id: UUID) -> dict[str, int]:
    """Messages with at least one response, by kind."""
    rows = await tx.rows(
        """select kind, count(distinct message_id) as count from responses where campaign_id = :campaign
           group by kind order by kind""",
        {"campaign": campaign_id},
    )
    return {row["kind"]: row["count"] for row in rows}


async def by_link(tx: Tx, campaign_id: UUID) -> dict[str, int]:
    """Messages of which each link was clicked, the most clicked first."""
    rows = await tx.rows(
        """select link, count(distinct message_id) as count from responses
           where campaign_id = :campaign and kind = 'clicked' group by link order by 2 desc, 1 limit 100""",
        {"campaign": campaign_id},
    )
    return {row["link"]: row["count"] for row in rows}
