"""`crm consents verify`: compare the consent ledger with the chain of seals over it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from services.crm.installation import DEFAULT
from services.crm.output import REFUSED, WRONG_USAGE, AsJson, fail, failures_explained, show
from services.crm.settings import Folder, settings_for
from shared.clock import open_clock
from shared.database.engine import Database
from shared.observability.logging import configure_logging

commands = typer.Typer(help="Look at the consent ledger.", no_args_is_help=True)
_PIECE = 2_000
_SHOWN = 50


@commands.callback()
def _consents() -> None:
    """A group, also while it has one command."""


@commands.command("verify")
def verify(
    head: Annotated[
        str | None, typer.Option(help="SEQ:LINK of an earlier run or of the topic: nothing before it was cut off.")
    ] = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Look for lines of the consent ledger that were changed, removed or slipped in. Exit status 1 when there are any.

    The seals are made with a key that the database does not have (INSTALLATION_KEY). Write the head down elsewhere, or
    take one from the topic privacy-events (privacy.ledger_sealed.v1, each hour).

    \b
    Example:
      crm consents verify --head 4711:9f86d081884c7d65…
    """
    found = _verify(folder, _read_head(head))
    last = f"{found.head.seq}:{found.head.link.hex()}" if found.head is not None else None
    body = {
        "lines": found.lines,
        "seals": found.seals,
        "waiting": found.waiting,
        "erased": found.erased,
        "head": last,
        "faults": [{"what": fault.what, "seq": fault.seq, "version": fault.version} for fault in found.faults],
    }
    told = [
        f"{found.lines} lines, {found.seals} seals ({found.erased} of erased lines), {found.waiting} to be sealed, "
        f"{len(found.faults)} faults",
        f"head {last or 'none'}",
        *(f"{fault.what}: line {fault.version}, seal {fault.seq}" for fault in found.faults[:_SHOWN]),
    ]
    show(body, "\n".join(told), as_json=as_json)
    if found.faults:
        raise typer.Exit(REFUSED)


def _read_head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, _, link = text.partition(":")
    if not seq.isdecimal() or len(link) != 64:
        fail(f"{text!r} is no head", "Give SEQ:LINK as an earlier run printed it.", WRONG_USAGE)
    return int(seq), link


def _verify(folder: Path, head: tuple[int, str] | None) -> Any:
    # Here, because it takes a second to import, which the other commands need not wait for.
    from services.privacy.config import Settings
    from services.privacy.seals.domain import Fault, Seal, chain_key
    from services.privacy.seals.service import summary, verify_piece

    settings = settings_for("privacy", folder)
    assert isinstance(settings, Settings)
    configure_logging("WARNING", service=settings.service, process="crm")
    key = chain_key(settings.installation_key.get_secret_value())

    async def run() -> Any:
        database = Database(settings.database_url, source=settings.service, clock=open_clock(settings.clock_file))
        try:
            faults: list[Fault] = []
            before: Seal | None = None
            while True:
                async with database.transaction() as tx:
                    last, found = await verify_piece(tx, key, before, _PIECE)
                faults += found
                if last is None:
                    break
                before = last
            async with database.transaction() as tx:
                return await summary(tx, faults, head)
        finally:
            await database.close()

    with failures_explained():
        return asyncio.run(run())
