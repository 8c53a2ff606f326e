"""Who is in a segment, and what one customer entered and left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.analytics.identity.service import survivor_of
from services.analytics.memberships.repository import memberships
from services.analytics.segments.service.definitions import live_segment
from shared.database.engine import Database
from shared.database.transaction import Tx

# Each piece of an export is a transaction of its own: a slow reader holds nothing open.
EXPORT_PIECE = 5_000


async def members(tx: Tx, segment_id: UUID, after: UUID | None, limit: int) -> list[tuple[UUID, Any]]:
    """(customer, since) by the version that answers. Raises NotLiveYet before there is one."""
    _, version = await live_segment(tx, segment_id)
    return await memberships.members(tx, segment_id, version, after, limit)


async def export(database: Database, segment_id: UUID, format: str) -> AsyncIterator[bytes]:
    """All members as lines. Who enters or leaves meanwhile may be in it or not; nobody is in it twice."""
    async with database.transaction() as tx:
        _, version = await live_segment(tx, segment_id)
    return _lines(database, segment_id, version, format)


async def _lines(database: Database, segment_id: UUID, version: int, format: str) -> AsyncIterator[bytes]:
    if format == "csv":
        yield b"customer_id,since\r\n"
    after: UUID | None = None
    while True:
        async with database.transaction() as tx:
            piece = await memberships.members(tx, segment_id, version, after, EXPORT_PIECE)
        if format == "csv":
            yield b"".join(f"{id},{since.isoformat()}\r\n".encode() for id, since in piece)
        else:
            yield b"".join(orjson.dumps({"customer_id": str(id), "since": since}) + b"\n" for id, since in piece)
        if len(piece) < EXPORT_PIECE:
            return
        after = piece[-1][0]


async def of_customer(tx: Tx, customer_id: UUID) -> Sequence[Any]:
    """The segments that a customer (or who it was merged into) is in."""
    return await memberships.of_customer(tx, await survivor_of(tx, customer_id))


async def history(tx: Tx, customer_id: UUID, segment_id: UUID | None, after: int | None, limit: int) -> Sequence[Any]:
    """What a customer entered and left, the newest first, under this id."""
    await survivor_of(tx, customer_id)
    return await memberships.history(tx, customer_id, segment_id, after, limit)
