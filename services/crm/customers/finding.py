"""`crm customers find`, `show` and `merge`: people by what is known of them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, fail, show, table
from services.crm.settings import Folder


def find(
    text: Annotated[str, typer.Argument(help="An identifier, or words of a name or place.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Find customers by e-mail, phone, card, external id, or words of a name or place, typing errors allowed.

    \b
    Example:
      crm customers find "Berg Dresden"
    """
    with open_door("customers", "operator", url, key, folder) as client:
        found = answer_of(client.post("/customers/find", json={"text": text, "limit": limit}))["items"]
    show(found, _list(found), as_json=as_json)


def show_customer(
    who: Annotated[str, typer.Argument(metavar="WHO", help="An id, or what finds exactly one.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show one customer: identifiers, values and where each comes from.

    \b
    Example:
      crm customers show ada@example.test
    """
    with open_door("customers", "operator", url, key, folder) as client:
        customer_id = who
        if not _is_id(who):
            found = answer_of(client.post("/customers/find", json={"text": who, "limit": 5}))["items"]
            exact = [one for one in found if one["score"] == 1] or found
            if len(exact) != 1:
                fail(f"{len(exact)} customers are found by that.", "Name one by its id: crm customers find.")
            customer_id = exact[0]["customer_id"]
        customer = answer_of(client.get(f"/customers/{customer_id}"))
    show(customer, _text(customer), as_json=as_json)


def merge(
    survivor: Annotated[UUID, typer.Argument(help="The customer who stays.")],
    absorbed: Annotated[UUID, typer.Argument(help="The customer who becomes an alias.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, field by field, what would come of it.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make two customers one. `crm customers undo` takes it back.

    \b
    Example:
      crm customers merge 0197a3b2-0000-7000-8000-000000000001 0197a3b2-0000-7000-8000-000000000002 --dry-run
    """
    body = {"survivor": str(survivor), "absorbed": str(absorbed), "dry_run": dry_run}
    with open_door("customers", "operator", url, key, folder) as client:
        made = answer_of(client.post("/merges", json=body))
    fields = [[field["name"], str(field["value"]), str(field["source"])] for field in made["fields"]]
    done = "would be" if dry_run else f"merge {made['merge_id']}:"
    show(made, f"{done} {survivor} with\n{table([['field', 'value', 'from'], *fields])}", as_json=as_json)


def _list(found: list[dict[str, Any]]) -> str:
    rows = [
        [one["customer_id"], one["status"], str(one["attributes"].get("city") or ""), one["name"] or ""]
        for one in found
    ]
    return table([["customer", "status", "city", "name"], *rows])


def _text(customer: dict[str, Any]) -> str:
    held = [[one["kind"], one["value"], one.get("source") or ""] for one in customer["identifiers"]]
    values = [
        [name, str(value), customer["provenance"].get(name, {}).get("by", "")]
        for name, value in sorted(customer["attributes"].items())
    ]
    head = f"{customer['customer_id']}: {customer['name'] or '(no name)'}, {customer['status']}"
    return "\n\n".join(
        [head, table([["kind", "identifier", "source"], *held]), table([["field", "value", "from"], *values])]
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
