"""Read, repair, replay and discard dead letters, each change with who made it and when.

What could not be handled lies in the consumer's own table with its original bytes. A replay marks it; the worker hands
it to the same handler again, under the same event id.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.database.transaction import Tx
from shared.errors import Conflict, NotFound

STATES = ("open", "replaying", "replayed", "discarded")

_COLUMNS = """id, consumer, topic, partition, "offset", event_id, reason, error, attempts, state,
              created_at, changed_at, changed_by, note, repaired is not null as was_repaired, publisher, flood"""


class DeadLetterOut(BaseModel):
    """One dead letter without its bytes."""

    id: UUID
    consumer: str
    topic: str
    partition: int
    offset: int
    event_id: UUID | None
    reason: str
    error: str
    attempts: int
    state: str
    created_at: datetime
    changed_at: datetime | None
    changed_by: str | None
    note: str | None
    was_repaired: bool
    # Who published it, where an outer door's topic says so.
    publisher: str | None
    # Of a letter with the reason `flood`: how many records were counted instead of kept, and between which offsets.
    flood: dict[str, Any] | None


class DeadLetterWithBytes(DeadLetterOut):
    """With what was received, verbatim. `text` forms are given where the bytes are UTF-8."""

    headers: Any
    key_base64: str | None
    value_base64: str | None
    value_text: str | None
    repaired_base64: str | None
    repaired_text: str | None


class DeadLetterNotFound(NotFound):
    """No dead letter has this id."""

    slug, title = "dead-letter-not-found", "No such dead letter"


class NothingToRepair(Conflict):
    """It stands for many records that were counted."""

    slug, title = "nothing-to-repair", "The dead letter holds no bytes"


class DeadLetterNotOpen(Conflict):
    """It was replayed or discarded, or is being replayed."""

    slug, title = "dead-letter-not-open", "The dead letter is not open"


async def list_dead_letters(tx: Tx, *, state: str | None, after: UUID | None, limit: int) -> list[DeadLetterOut]:
    """Up to so many behind that id, oldest first (their ids are in time order)."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from dead_letters
            where (cast(:state as text) is null or state = :state) and (cast(:after as uuid) is null or id > :after)
            order by id limit :limit""",
        {"state": state, "after": after, "limit": limit},
    )
    return [DeadLetterOut(**row) for row in rows]


async def get_dead_letter(tx: Tx, id: UUID) -> DeadLetterWithBytes:
    """One, with its bytes. Raises DeadLetterNotFound."""
    row = await tx.row(f"select {_COLUMNS}, headers, key, value, repaired from dead_letters where id = :id", {"id": id})
    if row is None:
        raise _not_found(id)
    known = {name: row[name] for name in DeadLetterOut.model_fields}
    return DeadLetterWithBytes(
        **known,
        headers=row["headers"],
        key_base64=_base64(row["key"]),
        value_base64=_base64(row["value"]),
        value_text=_text(row["value"]),
        repaired_base64=_base64(row["repaired"]),
        repaired_text=_text(row["repaired"]),
    )


async def repair(tx: Tx, id: UUID, value: bytes, *, who: str, note: str | None = None) -> DeadLetterOut:
    """Put `value` in the place of the bytes received, which stay as they were. It must be replayed after that.

    A flood has no bytes: NothingToRepair.
    """
    if await tx.value("select 1 from dead_letters where id = :id and flood is not null", {"id": id}):
        raise NothingToRepair(
            "It counts a flood of records and holds no bytes.",
            cure="Replay it: its records are read from the topic again, and those that still fail are kept.",
        )
    return await _change(tx, id, "repaired = :value", who, note, value=value)


async def replay(tx: Tx, id: UUID, *, who: str, note: str | None = None) -> DeadLetterOut:
    """Hand it to the worker's handler again (the repaired bytes if there are any). The worker stores how it went."""
    return await _change(tx, id, "state = 'replaying'", who, note)


async def discard(tx: Tx, id: UUID, *, who: str, note: str | None = None) -> DeadLetterOut:
    """Nothing will be done with it. Its bytes stay until it is erased."""
    return await _change(tx, id, "state = 'discarded'", who, note)


async def _change(tx: Tx, id: UUID, change: str, who: str, note: str | None, **params: Any) -> DeadLetterOut:
    # Whom the new bytes or the note may name is not known: the next erasure reads the letter.
    row = await tx.row(
        f"""update dead_letters set {change}, names = null, changed_at = :now, changed_by = :who,
                   note = coalesce(:note, note)
            where id = :id and state = 'open' returning {_COLUMNS}""",
        {"id": id, "now": tx.now, "who": who, "note": note, **params},
    )
    if row is None:
        letter = await get_dead_letter(tx, id)
        raise DeadLetterNotOpen(f"It is {letter.state}.", cure="Only open dead letters can be changed.")
    return DeadLetterOut(**row)


def _not_found(id: UUID) -> DeadLetterNotFound:
    return DeadLetterNotFound(f"There is no dead letter {id}.", cure="List them to find its id.", where="path:id")


def _base64(raw: bytes | None) -> str | None:
    return None if raw is None else b64encode(raw).decode()


def _text(raw: bytes | None) -> str | None:
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None
