"""Messages that failed and are to be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.campaigns.messages.domain.again import FailedQuery
from shared.database.transaction import Tx

# What somebody settled was unknown before: it may have been handed over, whatever they say.
_THESE = """campaign_id = :campaign and state = 'failed' and settled_at >= :from and settled_at < :before
            and settled_by is null and (cast(:any as boolean) or reason = any(cast(:reasons as text[])))"""


async def count(tx: Tx, query: FailedQuery) -> tuple[dict[str, int], int]:
    """How many there are by reason, and how many bounced, which are left alone."""
    rows = await tx.rows(
        f"""select coalesce(reason, 'unnamed') as reason, bounced, count(*) as count from messages
            where {_THESE} group by 1, 2 order by 1""",
        _values(query),
    )
    bounced = sum(row["count"] for row in rows if row["bounced"])
    return {row["reason"]: row["count"] for row in rows if not row["bounced"]}, bounced


async def wait_again(tx: Tx, query: FailedQuery, keep_for: timedelta, size: int) -> Sequence[str]:
    """Up to `size` of them wait again, due now; returns the reason for which each had failed."""
    rows = await tx.rows(
        f"""
        with chosen as materialized (
            select customer_id, id, coalesce(reason, 'unnamed') as reason from messages
            where {_THESE} and not bounced order by settled_at limit :size for update
        )
        update messages m
        set state = 'waiting', reason = null, deferred_for = null, attempts = 0, settled_at = null, settled_by = null,
            claimed_at = null, permit_id = null, holder = null, not_before = :now,
            expires_at = cast(:now as timestamptz) + cast(:keep as interval)
        from chosen c where m.customer_id = c.customer_id and m.id = c.id returning c.reason
        """,
        {**_values(query), "now": tx.now, "keep": keep_for, "size": size},
    )
    return [row["reason"] for row in rows]


def _values(query: FailedQuery) -> dict[str, object]:
    return {
        "campaign": query.campaign_id,
        "from": query.settled_from,
        "before": query.settled_before,
        "any": not query.reasons,
        "reasons": list(query.reasons),
    }
