"""Read and write erasure requests and receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.privacy.erasures.domain import Erasure, ErasureState, Outcome, Receipt
from services.privacy.identity.domain import Address
from shared.database.transaction import Tx

_COLUMNS = (
    "erasure_id, customer_id, aliases, fingerprints, channels, state, requested_by, requested_at, due_at, recorded_by, "
    "identity_checked_at, asked_at, asked, completed_at, certificate, second_selves, identity_checked_by, rejected_by, "
    "outcome"
)
# What a hold keeps from running waits with its identity checked.
_OWED = "(state = 'running' or (state = 'waiting' and identity_checked_at is null))"
_STORE = text("""
    insert into erasures (erasure_id, customer_id, aliases, fingerprints, channels, state, requested_by, requested_at,
                          due_at, recorded_by, second_selves)
    values (:erasure_id, :customer_id, cast(:aliases as uuid[]), cast(:fingerprints as text[]),
            cast(:channels as text[]), :state, :requested_by, :requested_at, :due_at, :recorded_by,
            cast(:second_selves as uuid[]))
""")
_LOCK = text(f"select {_COLUMNS} from erasures where erasure_id = :id for update")
_GET = text(f"select {_COLUMNS} from erasures where erasure_id = :id")
_OPEN = text(f"""
    select {_COLUMNS} from erasures
    where state in ('waiting', 'running')
      and (customer_id = any(cast(:ids as uuid[])) or aliases && cast(:ids as uuid[]))
    order by requested_at limit 1
""")
# Requests of former releases have no outcome, and were certified whatever they found.
_ERASED_BEFORE = text("""
    select 1 from erasures
    where erasure_id <> :id and state = 'completed' and coalesce(outcome, 'erased') = 'erased'
      and (customer_id = any(cast(:ids as uuid[])) or aliases && cast(:ids as uuid[]))
    limit 1
""")
_LIST = text(f"""
    select {_COLUMNS} from erasures
    where (cast(:before as uuid) is null or erasure_id < :before)
      and (cast(:state as text) is null or state = :state)
      and (cast(:overdue_at as timestamptz) is null or ({_OWED} and due_at <= :overdue_at))
    order by erasure_id desc limit :limit
""")
_OVERDUE = text(f"select count(*) from erasures where {_OWED} and due_at <= :now")
_HELD = text("""
    select erasure_id from erasures where state = 'waiting' and identity_checked_at is not null
    order by requested_at limit :limit
""")
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


async def store(tx: Tx, erasure: Erasure) -> None:
    """Write a new request."""
    await tx.execute(
        _STORE,
        {
            "erasure_id": erasure.erasure_id,
            "customer_id": erasure.customer_id,
            "aliases": list(erasure.aliases),
            **_pairs(erasure.addresses),
            "state": erasure.state.value,
            "requested_by": erasure.requested_by,
            "requested_at": erasure.requested_at,
            "due_at": erasure.due_at,
            "recorded_by": erasure.recorded_by,
            "second_selves": list(erasure.second_selves),
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


async def add_addresses(tx: Tx, erasure_id: UUID, addresses: Sequence[Address], second_selves: Sequence[UUID]) -> None:
    """Remember more addresses of the person, and the ids that they derive."""
    await tx.execute(
        """update erasures set fingerprints = fingerprints || cast(:fingerprints as text[]),
                               channels = channels || cast(:channels as text[]),
                               second_selves = second_selves || cast(:second_selves as uuid[])
           where erasure_id = :id""",
        {"id": erasure_id, "second_selves": list(second_selves), **_pairs(addresses)},
    )


async def start(
    tx: Tx, erasure_id: UUID, aliases: Sequence[UUID], addresses: Sequence[Address], checked_by: str
) -> None:
    """The identity is checked; from here on it runs. Its addresses stay until it is over, to ask the services again."""
    await tx.execute(
        """update erasures set state = 'running', identity_checked_at = :now, identity_checked_by = :checked_by,
                               aliases = cast(:aliases as uuid[]), second_selves = '{}',
                               fingerprints = cast(:fingerprints as text[]), channels = cast(:channels as text[])
           where erasure_id = :id""",
        {"id": erasure_id, "now": tx.now, "aliases": list(aliases), "checked_by": checked_by, **_pairs(addresses)},
    )


async def note_checked(tx: Tx, erasure_id: UUID, checked_by: str) -> None:
    """The identity is checked, and the request waits for a hold to end."""
    await tx.execute(
        "update erasures set identity_checked_at = :now, identity_checked_by = :checked_by where erasure_id = :id",
        {"id": erasure_id, "now": tx.now, "checked_by": checked_by},
    )


async def held(tx: Tx, limit: int) -> list[UUID]:
    """Requests that wait for a hold to end, the oldest first."""
    return [row["erasure_id"] for row in await tx.rows(_HELD, {"limit": limit})]


async def reject(tx: Tx, erasure_id: UUID, rejected_by: str) -> None:
    """The identity check failed; the addresses that were named are forgotten."""
    await tx.execute(
        """update erasures set state = 'rejected', completed_at = :now, rejected_by = :rejected_by,
                               fingerprints = '{}', channels = '{}', second_selves = '{}'
           where erasure_id = :id""",
        {"id": erasure_id, "now": tx.now, "rejected_by": rejected_by},
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


async def erased_before(tx: Tx, erasure_id: UUID, ids: Sequence[UUID]) -> bool:
    """Has another request found and erased somebody under one of these ids?"""
    return bool(await tx.value(_ERASED_BEFORE, {"id": erasure_id, "ids": list(ids)}))


async def complete(tx: Tx, erasure_id: UUID, outcome: Outcome, certificate: Mapping[str, object] | None) -> None:
    """Every receipt is clean."""
    await tx.execute(
        """update erasures set state = 'completed', completed_at = :now, certificate = cast(:certificate as jsonb),
                               outcome = :outcome, fingerprints = '{}', channels = '{}'
           where erasure_id = :id""",
        {
            "id": erasure_id,
            "now": tx.now,
            "outcome": outcome.value,
            "certificate": None if certificate is None else json.dumps(certificate),
        },
    )


def _pairs(addresses: Sequence[Address]) -> dict[str, list[str]]:
    return {
        "fingerprints": [address[0] for address in addresses],
        "channels": [address[1] for address in addresses],
    }


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
            "second_selves": tuple(row["second_selves"]),
            "addresses": tuple(addresses),
            "state": ErasureState(row["state"]),
            "outcome": None if row["outcome"] is None else Outcome(row["outcome"]),
            "receipts": tuple(receipts),
        }
    )
