"""How single messages stand, and what came back on them: for those who sent them and wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.campaigns.messages.domain.ledger import Standing
from shared.database.transaction import Tx


async def standings(tx: Tx, customer_ids: Sequence[UUID], message_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How these messages to these customers stand, by id."""
    rows = await tx.rows(
        """select id, state, reason, settled_at from messages
           where customer_id = any(cast(:customers as uuid[])) and id = any(cast(:ids as uuid[]))""",
        {"customers": sorted(set(customer_ids)), "ids": list(message_ids)},
    )
    return {row["id"]: Standing(row["state"], row["reason"], row["settled_at"]) for row in rows}


async def responses_to(tx: Tx, customer_ids: Sequence[UUID], message_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The kinds of responses to these messages, whichever of these ids they came under."""
    rows = await tx.rows(
        """select message_id, kind from responses
           where customer_id = any(cast(:customers as uuid[])) and message_id = any(cast(:ids as uuid[]))""",
        {"customers": sorted(set(customer_ids)), "ids": list(message_ids)},
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row["message_id"]].add(row["kind"])
    return found
