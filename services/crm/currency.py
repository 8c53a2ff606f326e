"""`crm currency`: the currency in which the firm counts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show
from services.crm.settings import Folder

commands = typer.Typer(help="The base currency: shown, and set before something is bought.", no_args_is_help=True)
_ROLE = "operator"


@commands.command("show")
def show_(url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Show it, and whether it can still be changed.

    \b
    Example:
      crm currency show
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        now = answer_of(client.get("/base-currency"))
    show(now, _line(now), as_json=as_json)


@commands.command("set")
def set_(
    currency: Annotated[str, typer.Argument(metavar="CODE", help="Of ISO 4217, such as EUR.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Count in this currency from now on; refused once something was bought.

    \b
    Example:
      crm currency set EUR
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        now = answer_of(client.put("/base-currency", json={"currency": currency.upper()}))
    show(now, _line(now), as_json=as_json)


def _line(now: dict[str, Any]) -> str:
    state = "fixed: something was bought" if now["fixed"] else "can be changed until something is bought"
    return f"{now['currency']}  set by {now['set_by']}, {state}"
