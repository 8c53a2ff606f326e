"""`crm campaigns`: list, start, pause, resume and stop campaigns, and see what they did."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.crm.doors import Key, Url, answer_of, every_page, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Campaigns: start, pause, report.", no_args_is_help=True)

_ROLE = "marketing"
WithinAllowList = Annotated[
    bool, typer.Option(help="Start although only the allow-list is written to: all others are refused.")
]
CampaignId = Annotated[str, typer.Argument(metavar="ID", help="The campaign's id.")]


@commands.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only those that are draft, running, paused …")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List the campaigns.

    \b
    Example:
      crm campaigns list --state running
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        found = every_page(client, "/campaigns", {"state": state} if state else {})
    rows = [[campaign["id"], campaign["state"], campaign["definition"]["name"]] for campaign in found]
    show(found, table(rows), as_json=as_json)


@commands.command()
def start(
    id: CampaignId,
    within_allow_list: WithinAllowList = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Run a campaign. Refused while an allow-list holds.

    \b
    Example:
      crm campaigns start 0197c1c2-0000-7000-8000-000000000001
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        started = answer_of(client.post(f"/campaigns/{id}/start", params=within(within_allow_list)))
    show(started, "\n".join([_line(started), *(f"Look: {text}" for text in started["warnings"])]), as_json=as_json)


@commands.command()
def pause(id: CampaignId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Hand nothing more over; whoever enters waits.

    \b
    Example:
      crm campaigns pause 0197c1c2-0000-7000-8000-000000000001
    """
    _act("pause", id, url, key, folder, as_json)


@commands.command()
def resume(id: CampaignId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Go on after a pause.

    \b
    Example:
      crm campaigns resume 0197c1c2-0000-7000-8000-000000000001
    """
    _act("resume", id, url, key, folder, as_json)


@commands.command()
def stop(id: CampaignId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """End a campaign for ever; what still waits is refused.

    \b
    Example:
      crm campaigns stop 0197c1c2-0000-7000-8000-000000000001
    """
    _act("stop", id, url, key, folder, as_json)


@commands.command()
def report(id: CampaignId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Where everybody who entered stands, and what came back.

    \b
    Example:
      crm campaigns report 0197c1c2-0000-7000-8000-000000000001 --json
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        told = answer_of(client.get(f"/campaigns/{id}/report"))
    rows = [[name, str(count)] for name, count in account_rows(told)]
    show(told, f"{told['state']}\n\n{table(rows)}", as_json=as_json)


def account_rows(told: dict[str, Any]) -> list[tuple[str, int]]:
    """The ledger's account, one row for each reason, and the responses."""
    rows: list[tuple[str, int]] = [("audience", told["audience"]), ("handed over", told["handed_over"])]
    for part in ("refused", "failed", "waiting"):
        rows += [(f"{part}: {reason}", count) for reason, count in sorted(told[part].items())]
    rows += [("unknown", told["unknown"])] if told["unknown"] else []
    return rows + [(f"response: {kind}", count) for kind, count in sorted(told["responses"].items())]


def _act(action: str, id: str, url: str | None, key: str | None, folder: Any, as_json: bool) -> None:
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        moved = answer_of(client.post(f"/campaigns/{id}/{action}"))
    show(moved, _line(moved), as_json=as_json)


def _line(campaign: dict[str, Any]) -> str:
    return f"{campaign['id']}  {campaign['state']}  {campaign['definition']['name']}"


def within(allow_list: bool) -> dict[str, str]:
    """What is asked of a start by whoever knows that only the allow-list is written to."""
    return {"within_allow_list": "true"} if allow_list else {}
