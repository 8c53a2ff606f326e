"""`crm cases`: service cases, those that are due first first."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from services.crm.doors import Key, Url, answer_of, every_page, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Service cases: find them, show one, set its state.", no_args_is_help=True)
_ROLE = "call-centre"
_BATCH = 500
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The case's id.")]
Shown = Literal["active", "open", "pending", "solved", "closed", "reopened", "any"]
State = Literal["open", "pending", "solved", "closed", "reopened"]


@commands.command("list")
def list_(
    state: Annotated[Shown, typer.Option(help="Only these; active ones are open, pending or reopened.")] = "active",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those that should have been solved by now.")] = False,
    owner: Annotated[str | None, typer.Option(help="Only those that this one takes care of.")] = None,
    customer: Annotated[UUID | None, typer.Option(help="Only this customer's.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List cases, those that are due first first.

    \b
    Example:
      crm cases list --overdue
    """
    wanted: dict[str, Any] = {"state": state, "overdue": overdue, "limit": _BATCH}
    wanted |= {"owner": owner} if owner else {}
    wanted |= {"customer_id": str(customer)} if customer else {}
    with open_door("interactions", _ROLE, url, key, folder) as client:
        items = every_page(client, "/cases", wanted)
    rows = [
        [item["id"], item["due_at"], item["state"], item["kind"], item["priority"], item["owner"] or "-"]
        for item in items
    ]
    text = table([["case", "due", "state", "kind", "priority", "owner"], *rows]) if rows else "none"
    show(items, text, as_json=as_json)


@commands.command("show")
def show_(id: Id, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Show a case with its messages.

    \b
    Example:
      crm cases show 0197f4a1-0000-7000-8000-000000000001
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        case = answer_of(client.get(f"/cases/{id}"))
        messages = every_page(client, f"/cases/{id}/messages", {"limit": _BATCH})
    head = f"{case['subject']} ({case['kind']}, {case['state']}, {case['priority']}), due {case['due_at']}"
    said = [f"{message['at']} {message['direction']}: {message['text']}" for message in messages]
    show({**case, "messages": messages}, "\n".join([head, *said]), as_json=as_json)


@commands.command("set")
def set_(
    id: Id,
    state: Annotated[State, typer.Argument(help="What it is to be.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Set the state of a case.

    \b
    Example:
      crm cases set 0197f4a1-0000-7000-8000-000000000001 solved
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        case = answer_of(client.patch(f"/cases/{id}", json={"state": state}))
    show(case, f"{case['state']}, version {case['version']}", as_json=as_json)
