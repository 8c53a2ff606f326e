"""`crm customers duplicates`: who may be one, deciding it, comparing everybody again."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import UUID

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Customers who may be one: list, confirm, reject, compare.", no_args_is_help=True)
Id = Annotated[UUID, typer.Argument(metavar="ID", help="Of a pair, as the list shows it.")]
_PAUSE_S = 1.0


@commands.command("list")
def list_(
    state: Annotated[str, typer.Option(help="open, confirmed or rejected.")] = "open",
    least_score: Annotated[float, typer.Option(min=0, max=1, help="At least so alike.")] = 0.0,
    customer: Annotated[UUID | None, typer.Option(help="Pairs of this customer.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List pairs of customers who may be one, the most alike first.

    \b
    Example:
      crm customers duplicates list --least-score 0.9
    """
    query: dict[str, Any] = {"state": state, "least_score": least_score, "limit": limit}
    query |= {"customer_id": str(customer)} if customer else {}
    with open_door("customers", "operator", url, key, folder) as client:
        pairs = answer_of(client.get("/duplicates", params=query))["items"]
        counts = answer_of(client.get("/duplicates/counts"))
    rows = [
        [pair["duplicate_id"], f"{pair['score']:.4f}", pair["customer_id"], pair["other_id"], _why(pair)]
        for pair in pairs
    ]
    waiting = f"; {counts['waiting']} customers wait for being compared" if counts["waiting"] else ""
    foot = f"{counts['open']} open, {counts['confirmed']} confirmed, {counts['rejected']} rejected{waiting}"
    text = f"{table([['pair', 'score', 'customer', 'other', 'why'], *rows])}\n\n{foot}"
    show(pairs, text, as_json=as_json)


@commands.command("show")
def show_pair(pair: Id, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Show a pair: what agrees, and what a merge would come to.

    \b
    Example:
      crm customers duplicates show 0197a3b2-0000-7000-8000-000000000001
    """
    with open_door("customers", "operator", url, key, folder) as client:
        found = answer_of(client.get(f"/duplicates/{pair}"))
        merge = _merge(client, pair, None, dry_run=True) if found["state"] == "open" else None
    points = [[one["field"], one["agreement"], f"{one['points']:+g}"] for one in found["fields"]]
    head = f"{found['customer_id']} and {found['other_id']}: {found['score']:.4f}, {found['state']}"
    parts = [head, table([["field", "agrees", "points"], *points])]
    if merge is not None:
        values = [
            [one["name"], *(str(one[side]) for side in ("survivor_value", "absorbed_value", "value"))]
            for one in merge["fields"]
        ]
        parts.append(table([["field", str(merge["survivor"]), str(merge["absorbed"]), "merged"], *values]))
    show({"pair": found, "merge": merge}, "\n\n".join(parts), as_json=as_json)


@commands.command("confirm")
def confirm(
    pair: Id,
    survivor: Annotated[UUID | None, typer.Option(help="Who of the two stays; the suggested one without it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would come of it.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """They are one. `crm customers undo` with the merge's id takes it back.

    \b
    Example:
      crm customers duplicates confirm 0197a3b2-0000-7000-8000-000000000001
    """
    with open_door("customers", "operator", url, key, folder) as client:
        merge = _merge(client, pair, survivor, dry_run=dry_run)
    done = "would be" if dry_run else f"merge {merge['merge_id']}:"
    show(merge, f"{done} {merge['survivor']} with {merge['absorbed']}", as_json=as_json)


@commands.command("reject")
def reject(pair: Id, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """They are two, and are not proposed again.

    \b
    Example:
      crm customers duplicates reject 0197a3b2-0000-7000-8000-000000000001
    """
    _decide("reject", pair, url, key, folder, as_json)


@commands.command("reopen")
def reopen(pair: Id, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Put a pair back that was rejected by mistake.

    \b
    Example:
      crm customers duplicates reopen 0197a3b2-0000-7000-8000-000000000001
    """
    _decide("reopen", pair, url, key, folder, as_json)


@commands.command("compare")
def compare(
    wait: Annotated[bool, typer.Option("--wait", help="Look until the worker has ended it.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Compare everybody again. Whoever is new or changes is compared without it.

    \b
    Example:
      crm customers duplicates compare --wait
    """
    with open_door("customers", "operator", url, key, folder) as client:
        run = answer_of(client.post("/duplicate-runs"))
        while wait and run["state"] == "running":
            typer.echo(f"{run['compared']} of about {run['customers']} customers", err=True)
            time.sleep(_PAUSE_S)
            run = answer_of(client.get(f"/duplicate-runs/{run['run_id']}"))
    text = f"comparison {run['run_id']}: {run['state']}, {run['compared']} customers, {run['found']} new pairs"
    show(run, text, as_json=as_json)


def _decide(what: str, pair: UUID, url: str | None, key: str | None, folder: Folder, as_json: bool) -> None:
    with open_door("customers", "operator", url, key, folder) as client:
        found = answer_of(client.post(f"/duplicates/{pair}/{what}"))
    show(found, f"{found['customer_id']} and {found['other_id']}: {found['state']}", as_json=as_json)


def _merge(client: Any, pair: UUID, survivor: UUID | None, *, dry_run: bool) -> dict[str, Any]:
    body = {"survivor": str(survivor) if survivor else None, "dry_run": dry_run}
    merged: dict[str, Any] = answer_of(client.post(f"/duplicates/{pair}/confirm", json=body))
    return merged


def _why(pair: dict[str, Any]) -> str:
    return ", ".join(f"{one['field']} {one['agreement']}" for one in pair["fields"] if one["points"] > 0)
