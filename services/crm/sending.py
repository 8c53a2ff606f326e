"""`crm sending`: whether anything is handed over, halt it, let it go on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show
from services.crm.settings import Folder

commands = typer.Typer(help="Halt everything that is being sent, and let it go on.", no_args_is_help=True)

_ROLE = "marketing"


class Waiting(StrEnum):
    """What becomes of messages that waited in a restored ledger."""

    UNKNOWN = "unknown"
    SEND = "send"


@commands.command("show")
def show_(url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Whether sending is halted, and by whom.

    \b
    Example:
      crm sending show
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        _tell(answer_of(client.get("/switch")), as_json)


@commands.command()
def halt(url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Hand nothing more over, at once; nothing is lost.

    \b
    Example:
      crm sending halt
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        _tell(answer_of(client.put("/switch", json={"halted": True})), as_json)


@commands.command()
def resume(
    waiting: Annotated[
        Waiting | None,
        typer.Option(help="After a restore: what is due may have been sent (unknown), or nothing ran since (send)."),
    ] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Let hand-overs go on.

    \b
    Example:
      crm sending resume
      crm sending resume --waiting unknown
    """
    body = {"halted": False} | ({"waiting": waiting.value} if waiting else {})
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        _tell(answer_of(client.put("/switch", json=body)), as_json)


def _tell(switch: dict[str, Any], as_json: bool) -> None:
    state = "halted" if switch["halted"] else "running"
    by = f" by {switch['by']} at {switch['at']}" if switch["by"] else ""
    from_backup = f"; the ledger came from a backup of {switch['restored_from']}" if switch["restored_from"] else ""
    show(switch, f"Sending is {state}{by}{from_backup}.", as_json=as_json)
