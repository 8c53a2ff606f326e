"""Read and write answers that were taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import text

from services.privacy.inbound.domain import Answer, Word
from shared.database.transaction import Tx
from shared.security.sealing import seal, unseal

_USE = "inbound-messages"
_ADD = text("""
    insert into inbound_messages (provider, message_id, word, withdrawn, sealed, received_at, taken_at)
    values (:provider, :message_id, :word, 0, :sealed, :received_at, :now)
    on conflict do nothing returning message_id
""")
_WITHDRAWN = text("""
    update inbound_messages set withdrawn = :withdrawn where provider = :provider and message_id = :message_id
""")
_TAKEN = text("""
    select word, withdrawn from inbound_messages where provider = :provider and message_id = :message_id
""")
_WAITING = text("""
    select provider, message_id, sealed from inbound_messages where sealed is not null
    order by taken_at, provider, message_id limit :limit
""")
_PASSED = text("""
    update inbound_messages set sealed = null where provider = :provider and message_id = :message_id
""")
_FORGET = text("delete from inbound_messages where taken_at < :before and sealed is null")


class Taken(NamedTuple):
    """What was made of an answer."""

    word: Word | None
    withdrawn: int


async def add(tx: Tx, key: str, answer: Answer, word: Word | None, *, keep: bool) -> bool:
    """The answer is taken, with its words if they are kept to be passed on. False when it was before."""
    sealed = seal(key, _USE, _row(answer.provider, answer.message_id), orjson.dumps(asdict(answer))) if keep else None
    row = await tx.row(
        _ADD,
        {
            "provider": answer.provider,
            "message_id": answer.message_id,
            "word": word,
            "sealed": sealed,
            "received_at": answer.received_at,
            "now": tx.now,
        },
    )
    return row is not None


async def note_withdrawn(tx: Tx, answer: Answer, withdrawn: int) -> None:
    """So many lines of the ledger came of it."""
    await tx.execute(_WITHDRAWN, {"provider": answer.provider, "message_id": answer.message_id, "withdrawn": withdrawn})


async def taken(tx: Tx, provider: str, message_id: str) -> Taken:
    """What was made of an answer that was taken before."""
    row = await tx.row(_TAKEN, {"provider": provider, "message_id": message_id})
    assert row is not None
    return Taken(None if row["word"] is None else Word(row["word"]), row["withdrawn"])


async def waiting(tx: Tx, key: str, limit: int) -> Sequence[Answer]:
    """Answers that are still to be passed on, the oldest first."""
    found = []
    for row in await tx.rows(_WAITING, {"limit": limit}):
        plain = orjson.loads(unseal(key, _USE, _row(row["provider"], row["message_id"]), bytes(row["sealed"])))
        found.append(Answer(**{**plain, "received_at": datetime.fromisoformat(plain["received_at"])}))
    return found


async def note_passed(tx: Tx, answer: Answer) -> None:
    """It was passed on; its words are gone from here."""
    await tx.execute(_PASSED, {"provider": answer.provider, "message_id": answer.message_id})


async def forget(tx: Tx, before: datetime) -> int:
    """Answers that were taken before then, and passed on, are forgotten; returns how many."""
    return (await tx.execute(_FORGET, {"before": before})).rowcount


def _row(provider: str, message_id: str) -> bytes:
    return orjson.dumps([provider, message_id])
