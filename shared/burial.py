"""Dead letters, the writing side: poison is put away with its bytes, so that it can be read, mended and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.contracts.envelope import Unreadable
from shared.ids import new_id
from shared.transaction import Tx

if TYPE_CHECKING:
    from shared.consumer import Record

_BURY = text("""
    insert into dead_letters
        (id, consumer, topic, partition, "offset", key, value, headers, event_id, reason, error, attempts, created_at)
    values (:id, :consumer, :topic, :partition, :offset, :key, :value, cast(:headers as jsonb), :event_id, :reason,
            :error, :attempts, :now)
    on conflict (consumer, topic, partition, "offset") do nothing
""")


async def bury(tx: Tx, consumer: str, record: Record, error: Exception, attempts: int) -> UUID | None:
    """Store the record verbatim with the reason. A second delivery changes nothing. Returns the event's id, if read."""
    event_id = _event_id(record.value)
    await tx.execute(
        _BURY,
        {
            "id": new_id(),
            "consumer": consumer,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "value": record.value,
            "headers": orjson.dumps([[name, value.hex()] for name, value in record.headers]).decode(),
            "event_id": event_id,
            "reason": getattr(error, "slug", None) or ("unreadable" if isinstance(error, Unreadable) else "failed"),
            "error": f"{type(error).__name__}: {error}".replace("\x00", "\\0")[:2000],
            "attempts": attempts,
            "now": tx.now,
        },
    )
    return event_id


def _event_id(value: bytes | None) -> UUID | None:
    try:
        return UUID(orjson.loads(value or b"")["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
