"""SQL of dead letters that name somebody who is erased."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

_AFTER = text("""
    select id, key, coalesce(repaired, value) as value from dead_letters
    where (value is not null or repaired is not null) and id > :after order by id limit 500
""")
_BLANK = text("""
    update dead_letters
    set key = null, value = null, repaired = null, headers = '[]', error = 'erased',
        state = 'discarded', note = 'erased'
    where id = any(cast(:ids as uuid[]))
""")


async def dead_letters_after(tx: Tx, after: UUID) -> list[tuple[UUID, bytes | None, bytes]]:
    """The next dead letters that hold bytes: (id, Kafka key, value)."""
    return [(row["id"], row["key"], row["value"]) for row in await tx.rows(_AFTER, {"after": after})]


async def blank_dead_letters(tx: Tx, ids: Iterable[UUID]) -> None:
    """Take the bytes out of these dead letters; that they existed stays known."""
    await tx.execute(_BLANK, {"ids": list(ids)})
