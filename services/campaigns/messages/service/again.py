"""Send again what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.campaigns.messages.domain.again import FailedQuery
from services.campaigns.messages.repository import again
from shared.database.transaction import Tx

# Rows that are locked at once.
PIECE = 10_000


@dataclass(frozen=True, slots=True)
class SentAgain:
    """How many wait again, by the reason for which they had failed; `left` that the query still finds; `bounced` that
    are left alone."""

    waiting: Mapping[str, int]
    left: int
    bounced: int


async def send_again(tx: Tx, query: FailedQuery, keep_for: timedelta, *, dry_run: bool) -> SentAgain:
    """Failed messages wait again and meet every rule, and the permit, anew. What was handed over, or may have been, is
    never among them, also when somebody has settled it as failed; nor is one to a mailbox that does not exist. With
    `dry_run` they are only counted."""
    found, bounced = await again.count(tx, query)
    if dry_run:
        return SentAgain(found, 0, bounced)
    waiting = Counter(await again.wait_again(tx, query, keep_for, PIECE))
    return SentAgain(waiting, sum(found.values()) - sum(waiting.values()), bounced)
