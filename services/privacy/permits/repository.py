"""Read and write permits, with the address's hash: a later bounce or complaint finds its customer by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.privacy.identity.domain import Address
from services.privacy.permits.domain import Permit, PermittedMessage
from shared.database.transaction import Tx

_COLUMNS = (
    "customer_id", "permit_id", "message_id", "purpose", "channel", "fingerprint", "covers", "versions", "granted_at",
)  # fmt: skip
_OF_MESSAGES = text("""
    select distinct on (message_id) message_id, customer_id, purpose, channel, fingerprint, former from permits
    where message_id = any(cast(:message_ids as uuid[]))
    order by message_id, granted_at desc, permit_id desc
""")
_OWNERS = text("""
    select distinct fingerprint, channel, customer_id from permits
    join unnest(cast(:fingerprints as text[]), cast(:channels as text[])) as t(fingerprint, channel)
      using (fingerprint, channel)
    order by customer_id
""")
_FINGERPRINTS = text("select distinct fingerprint, channel from permits where customer_id = any(cast(:ids as uuid[]))")
_DELETE_OLDER = text("""
    delete from permits where (customer_id, permit_id) in (
        select customer_id, permit_id from permits where granted_at < :before order by granted_at limit :limit)
""")


async def store(tx: Tx, permits: Sequence[Permit]) -> None:
    """Write the permits of one answer."""
    rows = [
        (
            permit.question.customer_id, permit.permit_id, permit.question.message_id, permit.question.purpose,
            permit.question.channel, permit.question.fingerprint, permit.covers, permit.versions, tx.now,
        )
        for permit in permits
    ]  # fmt: skip
    await tx.copy("permits", _COLUMNS, rows)


async def of_messages(tx: Tx, message_ids: Iterable[UUID]) -> dict[UUID, PermittedMessage]:
    """What the latest permit of each message says; messages without a permit are left out."""
    rows = await tx.rows(_OF_MESSAGES, {"message_ids": sorted(set(message_ids))})
    return {
        row["message_id"]: PermittedMessage(
            row["customer_id"], row["purpose"], row["channel"], row["fingerprint"], row["former"]
        )
        for row in rows
    }


async def owners(tx: Tx, addresses: Iterable[Address]) -> dict[Address, list[UUID]]:
    """For each address, the customers to whom messages for it were permitted."""
    found: dict[Address, list[UUID]] = {address: [] for address in sorted(set(addresses))}
    wanted = {"fingerprints": [address[0] for address in found], "channels": [address[1] for address in found]}
    for row in await tx.rows(_OWNERS, wanted):
        found[row["fingerprint"], row["channel"]].append(row["customer_id"])
    return found


async def addresses_of(tx: Tx, ids: Iterable[UUID]) -> list[Address]:
    """The (hash, channel) of every address to which these customers were written."""
    rows = await tx.rows(_FINGERPRINTS, {"ids": sorted(set(ids))})
    return [(row["fingerprint"], row["channel"]) for row in rows]


async def delete_older(tx: Tx, before: datetime, limit: int) -> int:
    """Delete up to `limit` permits granted before `before`; returns how many."""
    return (await tx.execute(_DELETE_OLDER, {"before": before, "limit": limit})).rowcount
