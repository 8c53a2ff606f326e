"""The stores of messages and responses: an erased customer's rows stay counted, under a fresh random id."""

from __future__ import annotations

from shared.customers.stores import Store, deleted

_PAIRS = "unnest(cast(:ids as uuid[]), cast(:fresh as uuid[])) as t(id, fresh)"

STORES = (
    *deleted("address_claims"),
    Store(
        "messages",
        "messages where customer_id = any(cast(:ids as uuid[]))",
        # Ended ones; those that a sender has in hand follow when they have ended.
        f"""update messages m set customer_id = t.fresh, context = '{{}}' from {_PAIRS}
            where m.customer_id = t.id and m.state not in ('waiting', 'claimed')""",
    ),
    Store(
        "responses",
        "responses where customer_id = any(cast(:ids as uuid[]))",
        # Also the query of a link, which may be personal, goes.
        f"""update responses r set customer_id = t.fresh, link = split_part(link, '?', 1) from {_PAIRS}
            where r.customer_id = t.id""",
    ),
)
