"""`crm requests`: requests of data subjects, from taking in to handing the archive out; and legal holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from services.crm.doors import Key, Url, answer_of, every_page, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Requests of data subjects, and legal holds.", no_args_is_help=True)

_ROLE = "data-protection"
RequestId = Annotated[str, typer.Argument(metavar="ID", help="The request's id.")]
CustomerId = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")]
Reason = Annotated[str, typer.Option(help="Why; the person is told.")]


@commands.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="waiting, working, ready, answered or refused.")] = None,
    due_soon: Annotated[bool, typer.Option("--due-soon", help="Only open ones due within a week, or late.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List requests, the newest first, with their deadlines.

    \b
    Example:
      crm requests list --due-soon
    """
    wanted: dict[str, Any] = {**({"state": state} if state else {}), **({"due_soon": True} if due_soon else {})}
    with open_door("privacy", _ROLE, url, key, folder) as client:
        found = every_page(client, "/requests", wanted)
    rows = [
        [one["request_id"], one["kind"], "late" if one["overdue"] else one["state"], one["due_at"][:10]]
        for one in found
    ]
    show(found, table(rows), as_json=as_json)


@commands.command("show")
def show_(id: RequestId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Show a request with all that was done about it.

    \b
    Example:
      crm requests show 0198f2c4-0000-7000-8000-000000000001
    """
    with open_door("privacy", _ROLE, url, key, folder) as client:
        found = answer_of(client.get(f"/requests/{id}"))
    steps = table([[step["at"][:16], step["what"], step["by"], step["detail"]] for step in found["steps"]])
    show(found, f"{_line(found)}\n{steps}", as_json=as_json)


@commands.command()
def take(
    customer: CustomerId,
    kind: Annotated[
        str,
        typer.Option(help="access, portability, rectification, erasure, restriction, objection or profiling."),
    ],
    note: Annotated[str, typer.Option(help="What was said.")] = "",
    language: Annotated[str, typer.Option(help="Of the answer.")] = "en",
    checked: Annotated[bool, typer.Option("--identity-checked", help="Act on it at once.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Take down what somebody asks for; asked again while it is open, it is the same request.

    \b
    Example:
      crm requests take 0198f2c4-0000-7000-8000-000000000001 --kind access --language de
    """
    body = {
        "customer": {"customer_id": customer},
        "kind": kind,
        "note": note,
        "language": language,
        "identity_checked": checked,
    }
    _post("/requests", body, url, key, folder, as_json)


@commands.command()
def check(
    id: RequestId,
    how: Annotated[str, typer.Option(help="What convinced you that the person is who they say.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Record that the identity is checked: what was asked for begins.

    \b
    Example:
      crm requests check 0198f2c4-0000-7000-8000-000000000001 --how "called back at the number on file"
    """
    _post(f"/requests/{id}/identity-check", {"how": how}, url, key, folder, as_json)


@commands.command()
def extend(
    id: RequestId,
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many more.")] = 30,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Give it more time, once.

    \b
    Example:
      crm requests extend 0198f2c4-0000-7000-8000-000000000001 --days 30 --reason "several archives"
    """
    _post(f"/requests/{id}/extension", {"days": days, "reason": reason}, url, key, folder, as_json)


@commands.command()
def refuse(
    id: RequestId, reason: Reason, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False
) -> None:
    """Refuse it, with a reason.

    \b
    Example:
      crm requests refuse 0198f2c4-0000-7000-8000-000000000001 --reason "identity not shown"
    """
    _post(f"/requests/{id}/refusal", {"reason": reason}, url, key, folder, as_json)


@commands.command()
def complete(
    id: RequestId,
    done: Annotated[str, typer.Option(help="What was corrected.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Say that a correction was made.

    \b
    Example:
      crm requests complete 0198f2c4-0000-7000-8000-000000000001 --done "surname corrected"
    """
    _post(f"/requests/{id}/completion", {"done": done}, url, key, folder, as_json)


@commands.command()
def link(id: RequestId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Print where the person fetches the archive, once. Give it to nobody else.

    \b
    Example:
      crm requests link 0198f2c4-0000-7000-8000-000000000001
    """
    with open_door("privacy", _ROLE, url, key, folder) as client:
        made = answer_of(client.post(f"/requests/{id}/archive-link"))
    show(made, made["url"], as_json=as_json)


@commands.command()
def hold(
    customer: CustomerId,
    reason: Annotated[str, typer.Option(help="Why the data must be kept.")],
    until: Annotated[str, typer.Option(help="The day on which it ends by itself: 2027-06-30.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Put a customer on legal hold: an erasure waits for its end.

    \b
    Example:
      crm requests hold 0198f2c4-0000-7000-8000-000000000001 --reason "claim about order 4711" --until 2027-06-30
    """
    body = {"customer_id": customer, "reason": reason, "until": f"{until}T00:00:00Z"}
    with open_door("privacy", _ROLE, url, key, folder) as client:
        made = answer_of(client.post("/holds", json=body))
    show(made, f"{made['hold_id']}  until {made['until'][:10]}", as_json=as_json)


@commands.command()
def lift(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Lift a legal hold: an erasure that waits for it begins.

    \b
    Example:
      crm requests lift 0198f2c4-0000-7000-8000-000000000001
    """
    with open_door("privacy", _ROLE, url, key, folder) as client:
        lifted = answer_of(client.post(f"/holds/{hold}/lifting"))
    show(lifted, f"{lifted['hold_id']}  lifted", as_json=as_json)


def _post(path: str, body: dict[str, Any], url: str | None, key: str | None, folder: Path, as_json: bool) -> None:
    with open_door("privacy", _ROLE, url, key, folder) as client:
        found = answer_of(client.post(path, json=body))
    show(found, _line(found), as_json=as_json)


def _line(request: dict[str, Any]) -> str:
    return f"{request['request_id']}  {request['kind']}  {request['state']}  due {request['due_at'][:10]}"
