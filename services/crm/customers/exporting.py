"""`crm customers export`: customers as a file, with a reason that is kept."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from services.crm.doors import Key, Url, answer_of, open_door, save_file
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show
from services.crm.settings import Folder

_PAUSE_S = 0.5
_CRITERIA = ("status", "kind", "country", "created_since")


def export(
    out: Annotated[Path, typer.Argument(dir_okay=False, help="Where the file goes: .csv, .jsonl or .xlsx.")],
    reason: Annotated[str, typer.Option(help="What for; kept with the export.")],
    columns: Annotated[
        str | None, typer.Option(help="In their order, separated by commas: email,given_name,external_id:erp.")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="Columns that were kept under this name.")] = None,
    save_layout: Annotated[str | None, typer.Option(help="Keep the columns under this name.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="May be repeated: status, kind, country, created_since, or a field."),
    ] = None,
    segment: Annotated[str | None, typer.Option(help="The id of a segment: its members.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Take customers out as a file. Who took whom, what of them and why is kept.

    \b
    Example:
      crm customers export bath.csv --columns email,given_name,city --where city=Bath --reason "letter to Bath"
    """
    form = out.suffix.removeprefix(".")
    if form not in ("csv", "jsonl", "xlsx"):
        fail(f"not understood: {out.name}", "End it in .csv, .jsonl or .xlsx.", WRONG_USAGE)
    if (columns is None) == (layout is None):
        fail("Which columns?", "Give --columns or --layout.", WRONG_USAGE)
    chosen = [{"of": name.strip()} for name in (columns or "").split(",") if name.strip()]
    body: dict[str, Any] = {"format": form, "criteria": _criteria(where or [], segment), "reason": reason}
    body |= {"columns": chosen} if columns else {"layout": layout}
    with open_door("customers", "operator", url, key, folder) as client:
        if save_layout and chosen:
            answer_of(client.put(f"/export-layouts/{quote(save_layout)}", json={"columns": chosen}))
        made = answer_of(client.post("/exports", json=body))
        path = f"/exports/{made['export_id']}"
        while made["state"] == "running":
            typer.echo(f"{made['rows']} rows", err=True)
            time.sleep(_PAUSE_S)
            made = answer_of(client.get(path))
        if made["state"] != "done":
            fail(f"The export is {made['state']}: {made['failure']}", "Mend that and ask again.")
        save_file(client, f"{path}/file", out)
    show(made, f"{made['rows']} customers in {out}", as_json=as_json)


def _criteria(texts: list[str], segment: str | None) -> dict[str, Any]:
    criteria: dict[str, Any] = {"segment_id": segment} if segment else {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            fail(f"{text!r} is no criterion.", "Write NAME=VALUE, such as city=Bath.", WRONG_USAGE)
        if name in _CRITERIA:
            criteria[name] = value
        else:
            criteria.setdefault("attributes", {})[name] = value
    return criteria
