"""Read and write erasure requests and receipts, and delete from privacy's own stores of customer data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.privacy.erasures.domain import Erasure, ErasureState, Receipt
from services.privacy.identity.domain import Address
from shared.database.transaction import Tx

_COLUMNS = (
    "erasure_id, customer_id, aliases, fingerprints, channels, state, requested_by, requested_at, due_at, recorded_by, "
    "identity_checked_at, asked_at, asked, completed_at, certificate"
)
_STORE = text("""
    insert into erasures (erasure_id, customer_id, aliases, fingerprints, channels, state, requested_by, requested_at,
                          due_at, recorded_by)
    values (:erasure_id, :customer_id, cast(:aliases as uuid[]), cast(:fingerprints as text[]),
            cast(:channels as text[]), :state, :requested_by, :requested_at, :due_at, :recorded_by)
""")
_LOCK = text(f"select {_COLUMNS} from erasures where erasure_id = :id for update")
_GET = text(f"select {_COLUMNS} from erasures where erasure_id = :id")
_OPEN = text(f"""
    select {_COLUMNS} from erasures
    where state in ('waiting', 'running')
      and (customer_id = any(cast(:ids as uuid[])) or aliases && cast(:ids as uuid[]))
    order by requested_at limit 1
""")
_LIST = text(f"""
    select {_COLUMNS} from erasures
    where (cast(:before as uuid) is null or erasure_id < :before)
      and (cast(:state as text) is null or state = :state)
      and (cast(:overdue_at as timestamptz) is null or (state in ('waiting', 'running') and due_at <= :overdue_at))
    order by erasure_id desc limit :limit
""")
_OVERDUE = text("select count(*) from erasures where state in ('waiting', 'running') and due_at <= :now")
_UNANSWERED = text("""
    select erasure_id from erasures where state = 'running' and asked_at <= :before order by asked_at limit :limit
""")
_RECEIPTS = text("""
    select erasure_id, service, stores, remaining, received_at from receipts
    where erasure_id = any(cast(:ids as uuid[])) order by service
""")
_STORE_RECEIPT = text("""
    insert into receipts as r (erasure_id, service, stores, remaining, received_at)
    values (:id, :service, cast(:stores as jsonb), cast(:remaining as jsonb), :now)
    on conflict (erasure_id, service) do update
    set stores = excluded.stores, remaining = excluded.remaining, received_at = excluded.received_at
""")
# Own stores, in the order of erasing. The tombstone is set before: the ledger's guard lets go of its lines only then.
_OWN = {
    "heads": "customer_id = any(cast(:ids as uuid[]))",
    "consents": "customer_id = any(cast(:ids as uuid[]))",
    "permits": "customer_id = any(cast(:ids as uuid[]))",
    "dead_letters": "key = any(cast(:keys as bytea[]))",
    "idempotency": """exists (select from unnest(cast(:keys as bytea[])) as t(needle)
                              where position(needle in body) > 0)""",
}
# A kept answer is emptied, not deleted: the repeat of a batch must not record again what others said in it.
_EMPTY = {"idempotency": "update idempotency set body = cast('{}' as bytea)"}


async def store(tx: Tx, erasure: Erasure) -> None:
    """Write a new request."""
    await tx.execute(
        _STORE,
        {
            "erasure_id": erasure.erasure_id,
            "customer_id": erasure.customer_id,
            "aliases": list(erasure.aliases),
            "fingerprints": [address[0] for address in erasure.addresses],
            "channels": [address[1] for address in erasure.addresses],
            "state": erasure.state.value,
            "requested_by": erasure.requested_by,
            "requested_at": erasure.requested_at,
            "due_at": erasure.due_at,
            "recorded_by": erasure.recorded_by,
        },
    )


async def lock(tx: Tx, erasure_id: UUID) -> Erasure | None:
    """The request with its receipts, locked."""
    row = await tx.row(_LOCK, {"id": erasure_id})
    return None if row is None else (await _with_receipts(tx, [row]))[0]


async def get(tx: Tx, erasure_id: UUID) -> Erasure | None:
    """The request with its receipts."""
    row = await tx.row(_GET, {"id": erasure_id})
    return None if row is None else (await _with_receipts(tx, [row]))[0]


async def open_for(tx: Tx, ids: Sequence[UUID]) -> Erasure | None:
    """The request that is not completed and concerns one of these customer ids."""
    row = await tx.row(_OPEN, {"ids": list(ids)})
    return None if row is None else (await _with_receipts(tx, [row]))[0]


async def page(
    tx: Tx, *, before: UUID | None, state: ErasureState | None, overdue_at: datetime | None, limit: int
) -> list[Erasure]:
    """Requests, newest first, older than the id `before` (None: from the newest)."""
    rows = await tx.rows(
        _LIST,
        {"before": before, "state": state.value if state else None, "overdue_at": overdue_at, "limit": limit},
    )
    return await _with_receipts(tx, rows)


async def count_overdue(tx: Tx, now: datetime) -> int:
    """How many are not done although their deadline has passed."""
    return int(await tx.value(_OVERDUE, {"now": now}))


async def unanswered(tx: Tx, before: datetime, limit: int) -> list[UUID]:
    """Running requests about which nobody was asked since `before`."""
    return [row["erasure_id"] for row in await tx.rows(_UNANSWERED, {"before": before, "limit": limit})]


async def add_addresses(tx: Tx, erasure_id: UUID, addresses: Sequence[Address]) -> None:
    """Remember more addresses for when the erasure runs."""
    await tx.execute(
        """update erasures set fingerprints = fingerprints || cast(:fingerprints as text[]),
                               channels = channels || cast(:channels as text[]) where erasure_id = :id""",
        {
            "id": erasure_id,
            "fingerprints": [address[0] for address in addresses],
            "channels": [address[1] for address in addresses],
        },
    )


async def start(tx: Tx, erasure_id: UUID, aliases: Sequence[UUID]) -> None:
    """The identity is checked; from here on it runs."""
    await tx.execute(
        """update erasures set state = 'running', identity_checked_at = :now, aliases = cast(:aliases as uuid[]),
                               fingerprints = '{}', channels = '{}' where erasure_id = :id""",
        {"id": erasure_id, "now": tx.now, "aliases": list(aliases)},
    )


async def reject(tx: Tx, erasure_id: UUID) -> None:
    """The identity check failed; the addresses that were named are forgotten."""
    await tx.execute(
        """update erasures set state = 'rejected', completed_at = :now, fingerprints = '{}', channels = '{}'
           where erasure_id = :id""",
        {"id": erasure_id, "now": tx.now},
    )


async def note_asked(tx: Tx, erasure_id: UUID) -> None:
    """The services have been asked, again or for the first time."""
    await tx.execute(
        "update erasures set asked_at = :now, asked = asked + 1 where erasure_id = :id",
        {"id": erasure_id, "now": tx.now},
    )


async def store_receipt(tx: Tx, erasure_id: UUID, receipt: Receipt) -> None:
    """Write the receipt of a service in place of its former one."""
    await tx.execute(
        _STORE_RECEIPT,
        {
            "id": erasure_id,
            "service": receipt.service,
            "stores": json.dumps(dict(receipt.stores)),
            "remaining": json.dumps(dict(receipt.remaining)),
            "now": receipt.received_at,
        },
    )


async def complete(tx: Tx, erasure_id: UUID, certificate: Mapping[str, object]) -> None:
    """Every receipt is clean."""
    await tx.execute(
        """update erasures set state = 'completed', completed_at = :now, certificate = cast(:certificate as jsonb)
           where erasure_id = :id""",
        {"id": erasure_id, "now": tx.now, "certificate": json.dumps(certificate)},
    )


async def erase_own(tx: Tx, ids: Sequence[UUID]) -> dict[str, int]:
    """Delete what privacy keeps of these customers, and empty kept answers; how many rows of each store."""
    wanted = _wanted(ids)
    erasing = {name: f"{_EMPTY.get(name, f'delete from {name}')} where {these}" for name, these in _OWN.items()}
    return {name: (await tx.execute(erase, wanted)).rowcount for name, erase in erasing.items()}


async def count_own(tx: Tx, ids: Sequence[UUID]) -> dict[str, int]:
    """How many rows of each store are left, looked for again."""
    wanted = _wanted(ids)
    counts = {name: f"select count(*) from {name} where {these}" for name, these in _OWN.items()}
    return {name: int(await tx.value(count, wanted)) for name, count in counts.items()}


def _wanted(ids: Sequence[UUID]) -> dict[str, object]:
    return {"ids": list(ids), "keys": [str(customer_id).encode() for customer_id in ids]}


async def _with_receipts(tx: Tx, rows: Sequence[RowMapping]) -> list[Erasure]:
    found: dict[UUID, list[Receipt]] = {row["erasure_id"]: [] for row in rows}
    for row in await tx.rows(_RECEIPTS, {"ids": list(found)}):
        receipt = Receipt(row["service"], row["stores"], row["remaining"], row["received_at"])
        found[row["erasure_id"]].append(receipt)
    return [_erasure(row, found[row["erasure_id"]]) for row in rows]


def _erasure(row: RowMapping, receipts: list[Receipt]) -> Erasure:
    fields = dict(row)
    addresses = zip(fields.pop("fingerprints"), fields.pop("channels"), strict=True)
    return Erasure(
        **{
            **fields,
            "aliases": tuple(row["aliases"]),
            "addresses": tuple(addresses),
            "state": ErasureState(row["state"]),
            "receipts": tuple(receipts),
        }
    )
