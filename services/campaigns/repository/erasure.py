"""Forgetting a customer: what identifies goes, what was counted stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.campaigns.domain.ledger import Message
from services.campaigns.repository.ledger import MESSAGE_COLUMNS, message_of
from shared.database.transaction import Tx

_COPIES = ("memberships", "profiles", "consents", "suppressions", "restrictions", "address_claims", "heard_unsent")
_REKEYED = ("messages", "responses")


@dataclass(frozen=True, slots=True)
class OpenErasure:
    """A request whose receipt is not given yet."""

    request_id: UUID
    customer_id: UUID
    stores: dict[str, int]


async def bury(tx: Tx, request_id: UUID, customer_ids: Sequence[UUID]) -> None:
    """Tombstones: nothing is copied or enrolled for these ids any more."""
    await tx.execute(
        """insert into tombstones (customer_id, request_id, erased_at)
           select id, :request, :now from unnest(cast(:ids as uuid[])) as t(id)
           on conflict (customer_id) do update set request_id = excluded.request_id""",
        {"request": request_id, "now": tx.now, "ids": list(customer_ids)},
    )


async def refuse_waiting(tx: Tx, customer_ids: Sequence[UUID]) -> list[Message]:
    """Waiting messages that no sender has in hand are refused; returns them."""
    rows = await tx.rows(
        f"""update messages m set state = 'refused', reason = 'erased', settled_at = :now
            where customer_id = any(cast(:ids as uuid[])) and state = 'waiting' and holder is null
            returning {MESSAGE_COLUMNS}""",
        {"ids": list(customer_ids), "now": tx.now},
    )
    return [message_of(row) for row in rows]


async def erase(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> dict[str, int]:
    """Copies are deleted; ended messages and responses keep their counts under a fresh random id. Returns rows per
    store."""
    ids = list(customer_ids)
    stores = {}
    for table in _COPIES:
        gone = await tx.execute(f"delete from {table} where customer_id = any(cast(:ids as uuid[]))", {"ids": ids})
        stores[table] = gone.rowcount
    gone = await tx.execute(
        "delete from aliases where old_id = any(cast(:ids as uuid[])) or current_id = any(cast(:ids as uuid[]))",
        {"ids": ids},
    )
    stores["aliases"] = gone.rowcount
    keys = {"ids": ids, "fresh": list(fresh_ids)}
    moved = await tx.execute(
        """update messages m set customer_id = t.fresh, context = '{}'
           from unnest(cast(:ids as uuid[]), cast(:fresh as uuid[])) as t(id, fresh)
           where m.customer_id = t.id and m.state not in ('waiting', 'claimed')""",
        keys,
    )
    stores["messages"] = moved.rowcount
    moved = await tx.execute(
        """update responses r set customer_id = t.fresh, link = split_part(link, '?', 1)
           from unnest(cast(:ids as uuid[]), cast(:fresh as uuid[])) as t(id, fresh) where r.customer_id = t.id""",
        keys,
    )
    stores["responses"] = moved.rowcount
    blanked = await tx.execute(
        """update dead_letters set key = null, value = null, repaired = null, headers = '[]', error = 'erased',
                  state = 'discarded', note = 'erased' where key = any(cast(:keys as bytea[]))""",
        {"keys": _kafka_keys(ids)},
    )
    stores["dead_letters"] = blanked.rowcount
    return stores


async def remaining(tx: Tx, customer_ids: Sequence[UUID]) -> dict[str, int]:
    """What is still found under these ids, store by store."""
    found = {}
    for table in (*_COPIES, *_REKEYED):
        found[table] = int(
            await tx.value(
                f"select count(*) from {table} where customer_id = any(cast(:ids as uuid[]))",
                {"ids": list(customer_ids)},
            )
        )
    found["dead_letters"] = int(
        await tx.value(
            "select count(*) from dead_letters where key = any(cast(:keys as bytea[]))",
            {"keys": _kafka_keys(customer_ids)},
        )
    )
    return found


async def keep_open(tx: Tx, request_id: UUID, customer_id: UUID, stores: dict[str, int], *, done: bool) -> None:
    """Remember the request until its receipt is given."""
    await tx.execute(
        """insert into erasures (request_id, customer_id, stores, done_at)
           values (:request, :customer, cast(:stores as jsonb), :done)
           on conflict (request_id) do update set stores = excluded.stores, done_at = excluded.done_at""",
        {
            "request": request_id,
            "customer": customer_id,
            "stores": orjson.dumps(stores).decode(),
            "done": tx.now if done else None,
        },
    )


async def open_erasures(tx: Tx) -> list[OpenErasure]:
    """Requests whose receipt is not given yet."""
    rows = await tx.rows("select request_id, customer_id, stores from erasures where done_at is null for update")
    return [OpenErasure(row["request_id"], row["customer_id"], row["stores"]) for row in rows]


async def ids_of(tx: Tx, request_id: UUID) -> list[UUID]:
    """The ids that were buried for this request."""
    rows = await tx.rows("select customer_id from tombstones where request_id = :request", {"request": request_id})
    return [row["customer_id"] for row in rows]


def _kafka_keys(customer_ids: Sequence[UUID]) -> list[bytes]:
    return [str(one).encode() for one in customer_ids]
