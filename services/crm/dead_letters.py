"""`crm dead-letters`: what a service could not process; look at it, repair it, replay it, discard it.

The same as the HTTP routes, for when the app is away.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import typer

from services.crm.installation import DEFAULT
from services.crm.output import AsJson, fail, failures_explained, show, table
from services.crm.settings import Folder, Service, database_url_for
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events import dead_letters
from shared.events.dead_letters import DeadLetterOut
from shared.observability.logging import configure_logging
from shared.web.paging import Page, encode_cursor

commands = typer.Typer(
    help="What a service could not process: list, show, repair, replay, discard.", no_args_is_help=True
)

Id = Annotated[UUID, typer.Argument(metavar="ID", help="The dead letter's id.")]
Note = Annotated[str | None, typer.Option(help="Why; kept on the dead letter.")]
Who = Annotated[str, typer.Option(help="Kept on the dead letter.", default_factory=getpass.getuser)]
State = Literal["open", "replaying", "replayed", "discarded", "any"]
T = TypeVar("T")


@commands.command("list")
def list_(
    service: Service,
    state: Annotated[State, typer.Option(help="Only these.")] = "open",
    after: Annotated[UUID | None, typer.Option(help="Go on after this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first.

    \b
    Example:
      crm dead-letters list interactions --state open
    """
    wanted = None if state == "any" else state
    found = _run(
        service, folder, lambda tx: dead_letters.list_dead_letters(tx, state=wanted, after=after, limit=limit + 1)
    )
    items = found[:limit]
    page: Page[DeadLetterOut] = Page(
        items=items, next=encode_cursor({"id": items[-1].id}) if len(found) > limit else None
    )
    lines = table([_line(letter) for letter in items]) or "No dead letters."
    more = f"\nThere are more: --after {items[-1].id}" if page.next else ""
    show(page.model_dump(mode="json"), lines + more, as_json=as_json)


@commands.command("show")
def show_(service: Service, id: Id, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Show one dead letter with the bytes that were received.

    \b
    Example:
      crm dead-letters show interactions 0198f2c4-0000-7000-8000-000000000001
    """
    letter = _run(service, folder, lambda tx: dead_letters.get_dead_letter(tx, id))
    fields = letter.model_dump(mode="json")
    text = table([[name, str(value)] for name, value in fields.items() if value is not None])
    show(fields, text, as_json=as_json)


@commands.command("repair")
def repair(
    service: Service,
    id: Id,
    who: Who,
    file: Annotated[str, typer.Option(help="The repaired bytes; - is standard input.")] = "-",
    note: Note = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Put other bytes in the place of those received, which are kept. Replay it after that.

    \b
    Example:
      crm dead-letters repair interactions 0198f2c4-0000-7000-8000-000000000001 --file repaired.json
    """
    value = _bytes_in(file)
    letter = _run(service, folder, lambda tx: dead_letters.repair(tx, id, value, who=who, note=note))
    _show_change(letter, "repaired; replay it now", as_json=as_json)


@commands.command("replay")
def replay(
    service: Service, id: Id, who: Who, note: Note = None, folder: Folder = DEFAULT, as_json: AsJson = False
) -> None:
    """Have the service's worker handle it again, once, under the same event id.

    \b
    Example:
      crm dead-letters replay interactions 0198f2c4-0000-7000-8000-000000000001 --note "rate was missing"
    """
    letter = _run(service, folder, lambda tx: dead_letters.replay(tx, id, who=who, note=note))
    _show_change(letter, "the worker replays it within seconds; look at it again", as_json=as_json)


@commands.command("discard")
def discard(
    service: Service, id: Id, who: Who, note: Note = None, folder: Folder = DEFAULT, as_json: AsJson = False
) -> None:
    """Decide that nothing will be done with it. Its bytes stay.

    \b
    Example:
      crm dead-letters discard interactions 0198f2c4-0000-7000-8000-000000000001 --note "a test of the till"
    """
    letter = _run(service, folder, lambda tx: dead_letters.discard(tx, id, who=who, note=note))
    _show_change(letter, "discarded", as_json=as_json)


def _run(service: str, folder: Path, use: Callable[[Tx], Awaitable[T]]) -> T:
    url = database_url_for(service, folder)
    configure_logging("WARNING", service=service, process="crm")

    async def in_transaction() -> T:
        database = Database(url, source=service, clock=SystemClock(), pool_size=1)
        try:
            async with database.transaction() as tx:
                return await use(tx)
        finally:
            await database.close()

    with failures_explained():
        return asyncio.run(in_transaction())


def _bytes_in(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", "Name a file with --file, or give the bytes on stdin.")


def _line(letter: DeadLetterOut) -> list[str]:
    place = f"{letter.topic}/{letter.partition}@{letter.offset}"
    error = letter.error.splitlines()[0][:120] if letter.error else ""
    return [str(letter.id), letter.state, letter.reason, place, f"{letter.created_at:%Y-%m-%d %H:%M:%S}", error]


def _show_change(letter: DeadLetterOut, text: str, *, as_json: bool) -> None:
    show(letter.model_dump(mode="json"), f"{letter.id}: {text}.", as_json=as_json)
