"""The stores of messages and responses: an erased customer's rows stay counted, under a fresh random id."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.campaigns.contacts.repository.stores import Store, deleted, still_in
from shared.database.transaction import Tx

_PAIRS = "unnest(cast(:ids as uuid[]), cast(:fresh as uuid[])) as t(id, fresh)"


async def _rekey_messages(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> int:
    """Ended ones; those that a sender has in hand follow when they have ended."""
    moved = await tx.execute(
        f"""update messages m set customer_id = t.fresh, context = '{{}}' from {_PAIRS}
            where m.customer_id = t.id and m.state not in ('waiting', 'claimed')""",
        {"ids": list(customer_ids), "fresh": list(fresh_ids)},
    )
    return moved.rowcount


async def _rekey_responses(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> int:
    """Also the query of a link, which may be personal, goes."""
    moved = await tx.execute(
        f"""update responses r set customer_id = t.fresh, link = split_part(link, '?', 1) from {_PAIRS}
            where r.customer_id = t.id""",
        {"ids": list(customer_ids), "fresh": list(fresh_ids)},
    )
    return moved.rowcount


STORES = (
    deleted("address_claims"),
    Store("messages", _rekey_messages, still_in("messages")),
    Store("responses", _rekey_responses, still_in("responses")),
)
