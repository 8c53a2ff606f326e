"""Dead letters: read, repair, replay, discard, each with who and when.

What could not be handled lies in the consumer's own table with its original bytes. A replay marks it; the worker hands
it to the same handler again, under the same event id.

    python -m shared.events.dead_letters --service customers list|show|repair|replay|discard
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import SystemClock
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.errors import Conflict, NotFound, Refusal
from shared.web.paging import Page, encode_cursor

STATES = ("open", "replaying", "replayed", "discarded")

_COLUMNS = """id, consumer, topic, partition, "offset", event_id, reason, error, attempts, state,
              created_at, changed_at, changed_by, note, repaired is not null as was_repaired"""


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


class DeadLetterNotOpen(Conflict):
    """It was replayed or discarded, or is being replayed."""

    slug, title = "dead-letter-not-open", "The dead letter is not open"


async def list_dead_letters(tx: Tx, *, state: str | None, after: UUID | None, limit: int) -> Page[DeadLetterOut]:
    """Oldest first (their ids are in time order)."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from dead_letters
            where (cast(:state as text) is null or state = :state) and (cast(:after as uuid) is null or id > :after)
            order by id limit :limit""",
        {"state": state, "after": after, "limit": limit + 1},
    )
    items = [DeadLetterOut(**row) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(rows) > limit else None)


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
    """Put `value` in the place of the bytes received, which stay as they were. It must be replayed after that."""
    return await _change(tx, id, "repaired = :value", who, note, value=value)


async def replay(tx: Tx, id: UUID, *, who: str, note: str | None = None) -> DeadLetterOut:
    """Hand it to the worker's handler again (the repaired bytes if there are any). The worker stores how it went."""
    return await _change(tx, id, "state = 'replaying'", who, note)


async def discard(tx: Tx, id: UUID, *, who: str, note: str | None = None) -> DeadLetterOut:
    """Nothing will be done with it. Its bytes stay until it is erased."""
    return await _change(tx, id, "state = 'discarded'", who, note)


async def _change(tx: Tx, id: UUID, change: str, who: str, note: str | None, **params: Any) -> DeadLetterOut:
    row = await tx.row(
        f"""update dead_letters set {change}, changed_at = :now, changed_by = :who, note = coalesce(:note, note)
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


def _database_url() -> str:
    try:
        return _Settings().database_url
    except ValidationError:
        raise SystemExit("DATABASE_URL is not set: it names the database of the service.") from None


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    database_url: str


async def _run(options: argparse.Namespace) -> Any:
    database = Database(_database_url(), source=options.service, clock=SystemClock(), pool_size=1)
    try:
        async with database.transaction() as tx:
            match options.command:
                case "list":
                    return await list_dead_letters(tx, state=options.state, after=options.after, limit=options.limit)
                case "show":
                    return await get_dead_letter(tx, options.id)
                case "repair":
                    return await repair(tx, options.id, _bytes_in(options.file), who=options.who, note=options.note)
                case "replay":
                    return await replay(tx, options.id, who=options.who, note=options.note)
                case "discard":
                    return await discard(tx, options.id, who=options.who, note=options.note)
    finally:
        await database.close()


def _bytes_in(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m shared.events.dead_letters", description="DATABASE_URL names the database."
    )
    parser.add_argument("--service", required=True)
    parser.add_argument("--who", default=getpass.getuser(), help="written down with the change")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list")
    listing.add_argument("--state", choices=STATES, default="open")
    listing.add_argument("--after", type=UUID)
    listing.add_argument("--limit", type=int, default=50)
    for name in ("show", "repair", "replay", "discard"):
        command = commands.add_parser(name)
        command.add_argument("id", type=UUID)
        if name != "show":
            command.add_argument("--note")
        if name == "repair":
            command.add_argument("--file", default="-", help="the repaired bytes; standard input without it")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Prints JSON; 1 when it was refused."""
    options = _parser().parse_args(argv)
    try:
        answer = asyncio.run(_run(options))
    except Refusal as refusal:
        print(f"{refusal.detail} {refusal.cure or ''}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(orjson.dumps(answer.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
