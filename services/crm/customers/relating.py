"""`crm customers relations`: who belongs to whom."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Who belongs to whom: list, add, end.", no_args_is_help=True)


@commands.command("list")
def list_(
    customer: Annotated[UUID, typer.Argument(help="Whose relations.")],
    on: Annotated[str | None, typer.Option(metavar="DAY", help="Those that held on this day: 2026-05-01.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List the relations of a customer, as they see them.

    \b
    Example:
      crm customers relations list 0197a3b2-0000-7000-8000-000000000001
    """
    query: dict[str, Any] = {"limit": 500, **({"on": on} if on else {})}
    with open_door("customers", "operator", url, key, folder) as client:
        found = answer_of(client.get(f"/customers/{customer}/relations", params=query))["items"]
    rows = [
        [one["relation_id"], one["kind"], one["other_id"], one["since"] or "", one["until"] or "", one["note"] or ""]
        for one in found
    ]
    show(found, table([["relation", "is", "of", "since", "until", "note"], *rows]), as_json=as_json)


@commands.command("add")
def add(
    customer: Annotated[UUID, typer.Argument(help="This end.")],
    kind: Annotated[str, typer.Argument(help="What they are to the other: parent_of, employee_of, spouse_of …")],
    other: Annotated[UUID, typer.Argument(help="The other end.")],
    since: Annotated[str | None, typer.Option(metavar="DAY", help="The first day.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day.")] = None,
    note: Annotated[str | None, typer.Option(help="What people should know of it.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Say that a customer is something to another.

    \b
    Example:
      crm customers relations add 0197a3b2-0000-7000-8000-000000000001 parent_of 0197a3b2-0000-7000-8000-000000000002
    """
    body = {"kind": kind, "other_id": str(other), "since": since, "until": until, "note": note}
    with open_door("customers", "operator", url, key, folder) as client:
        made = answer_of(client.post(f"/customers/{customer}/relations", json=body))
    show(made, f"{made['customer_id']} is {made['kind']} {made['other_id']}: {made['relation_id']}", as_json=as_json)


@commands.command("end")
def end(
    relation: Annotated[UUID, typer.Argument(help="As the list shows it.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Give a relation its last day.

    \b
    Example:
      crm customers relations end 0197a3b2-0000-7000-8000-000000000003 --until 2026-04-30
    """
    with open_door("customers", "operator", url, key, folder) as client:
        made = answer_of(client.patch(f"/relations/{relation}", json={"until": until}))
    show(made, f"{made['kind']} of {made['other_id']} until {made['until']}", as_json=as_json)
