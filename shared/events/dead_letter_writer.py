"""Store records that cannot be processed, with their original bytes, for repair and replay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.contracts.envelope import Unreadable
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.events.letter_erasure import MOST_NAMES, lock_against_letter_erasures, names_of_erased
from shared.events.subscription import Record
from shared.ids import milliseconds_of, new_id

_INSERT = text("""
    insert into dead_letters
        (id, consumer, topic, partition, "offset", key, value, headers, event_id, reason, error, attempts, created_at,
         publisher, names, received_ms, state, note)
    values (:id, :consumer, :topic, :partition, :offset, :key, :value, cast(:headers as jsonb), :event_id, :reason,
            :error, :attempts, :now, :publisher, cast(:names as bigint[]), :received_ms, :state, :note)
    on conflict do nothing
""")
_EMPTY = {"key": None, "value": None, "headers": "[]", "error": "erased", "note": "erased", "publisher": None}


async def write_dead_letter(
    tx: Tx,
    consumer: str,
    record: Record,
    error: Exception,
    attempts: int,
    *,
    event_id: UUID | None = None,
    publisher: str | None = None,
    naming: Naming | None = None,
) -> None:
    """Store the record verbatim with the reason. A second delivery changes nothing.

    `event_id` only when its inbox row is written with the letter: a replay takes that row away again. With `naming` the
    letter is indexed by whom it names, and one about somebody who was erased since it was received is stored empty.
    """
    letter = {
        "id": new_id(),
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "value": record.value,
        "headers": _headers(record),
        "event_id": event_id,
        "reason": reason_of(error),
        "error": describe(error),
        "attempts": attempts,
        "now": tx.now,
        "publisher": publisher,
        "names": None,
        "received_ms": record.timestamp_ms or None,
        "state": "open",
        "note": None,
    }
    if naming is not None:
        letter |= await _named(tx, naming, record, letter["error"], publisher)
    await tx.execute(_INSERT, letter)


async def _named(tx: Tx, naming: Naming, record: Record, error: Any, publisher: str | None) -> dict[str, Any]:
    """What the letter is indexed by; and everything that it may not say, emptied, when an erasure came first."""
    values = [value for _, value in record.headers]
    names = naming.numbers_in(record.key, record.value, *values, error, publisher)
    await lock_against_letter_erasures(tx)
    if await names_of_erased(tx, names, record.timestamp_ms or milliseconds_of(new_id()) or 0):
        return {**_EMPTY, "state": "discarded", "names": []}
    return {"names": sorted(names) if len(names) <= MOST_NAMES else None}


def reason_of(error: Exception) -> str:
    """The slug that a dead letter and its log line bear: the refusal's own, else `unreadable` or `failed`."""
    return getattr(error, "slug", None) or ("unreadable" if isinstance(error, Unreadable) else "failed")


def describe(error: Exception) -> str:
    """The kind and the text of an error, in a form that PostgreSQL takes whatever the text quotes."""
    text = f"{type(error).__name__}: {error}"[:2000]
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\0")


def _headers(record: Record) -> str:
    # A publisher's header may have no value, and a NUL in its name, which jsonb does not take.
    named = [[name.replace("\x00", "\\0"), None if value is None else value.hex()] for name, value in record.headers]
    return orjson.dumps(named).decode()


def event_id_of(value: bytes | None) -> UUID | None:
    """The event's id, as far as it can be read."""
    try:
        return UUID(orjson.loads(value or b"")["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
