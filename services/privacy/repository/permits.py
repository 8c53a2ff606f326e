"""Permits as they were written, with the address's hash: what a later bounce or complaint is traced by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from services.privacy.domain.permit import Permit
from shared.database.transaction import Tx

# `covers` and `versions` travel as array literals: unnest would flatten arrays of arrays.
_STORE = text("""
    insert into permits
        (customer_id, permit_id, message_id, purpose, channel, fingerprint, covers, versions, granted_at)
    select customer_id, permit_id, message_id, purpose, channel, fingerprint,
           cast(covers as uuid[]), cast(versions as bigint[]), :now
    from unnest(
        cast(:customers as uuid[]), cast(:ids as uuid[]), cast(:messages as uuid[]), cast(:purposes as text[]),
        cast(:channels as text[]), cast(:fingerprints as text[]), cast(:covers as text[]), cast(:versions as text[]))
    as t(customer_id, permit_id, message_id, purpose, channel, fingerprint, covers, versions)
""")
_OF_MESSAGE = text("""
    select customer_id, purpose, channel, fingerprint from permits
    where message_id = :message_id order by granted_at desc, permit_id desc limit 1
""")
_OF_MESSAGES = text("""
    select distinct customer_id, purpose, channel, fingerprint from permits
    where message_id = any(cast(:message_ids as uuid[]))
""")
_OWNERS = text("""
    select distinct customer_id from permits
    where fingerprint = :fingerprint and channel = any(cast(:channels as text[]))
""")
_FINGERPRINTS = text("select distinct fingerprint, channel from permits where customer_id = any(cast(:ids as uuid[]))")
_FORGET_OLD = text("""
    delete from permits where (customer_id, permit_id) in (
        select customer_id, permit_id from permits where granted_at < :before order by granted_at limit :limit)
""")


@dataclass(frozen=True, slots=True)
class Sent:
    """What the permit of a message says about it."""

    customer_id: UUID
    purpose: str
    channel: str
    fingerprint: str


async def store(tx: Tx, permits: Sequence[Permit]) -> None:
    """Write the permits of one answer."""
    await tx.execute(
        _STORE,
        {
            "now": tx.now,
            "customers": [one.question.customer_id for one in permits],
            "ids": [one.permit_id for one in permits],
            "messages": [one.question.message_id for one in permits],
            "purposes": [one.question.purpose for one in permits],
            "channels": [one.question.channel for one in permits],
            "fingerprints": [one.question.fingerprint for one in permits],
            "covers": ["{" + ",".join(map(str, one.covers)) + "}" for one in permits],
            "versions": ["{" + ",".join(map(str, one.versions)) + "}" for one in permits],
        },
    )


async def of_message(tx: Tx, message_id: UUID) -> Sent | None:
    """The latest permit of a message."""
    row = await tx.row(_OF_MESSAGE, {"message_id": message_id})
    return None if row is None else Sent(**row)


async def of_messages(tx: Tx, message_ids: Iterable[UUID]) -> list[Sent]:
    """What the permits of these messages say, without order."""
    return [Sent(**row) for row in await tx.rows(_OF_MESSAGES, {"message_ids": sorted(set(message_ids))})]


async def owners(tx: Tx, fingerprint: str, channels: Sequence[str]) -> list[UUID]:
    """The customers to whom messages for this address were permitted."""
    rows = await tx.rows(_OWNERS, {"fingerprint": fingerprint, "channels": list(channels)})
    return sorted(row["customer_id"] for row in rows)


async def addresses_of(tx: Tx, ids: Iterable[UUID]) -> list[tuple[str, str]]:
    """The (hash, channel) of every address to which these customers were written."""
    rows = await tx.rows(_FINGERPRINTS, {"ids": sorted(set(ids))})
    return [(row["fingerprint"], row["channel"]) for row in rows]


async def forget_older(tx: Tx, before: datetime, limit: int) -> int:
    """Delete up to `limit` permits granted before `before`; returns how many."""
    return (await tx.execute(_FORGET_OLD, {"before": before, "limit": limit})).rowcount
