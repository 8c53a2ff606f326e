"""`crm customers import`: a file of customers through the API of customers, from the heading to the last row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from services.crm import file_imports
from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show
from services.crm.settings import Folder


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or XLSX file.")],
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=MEANING",
            help="May be repeated; columns without one keep the guess. A format or the source of an external id "
            "follows behind a colon: 'Geboren=birth_date:DD.MM.YYYY', 'Nr=external_id:erp'.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would come of it.")] = False,
    start: Annotated[bool, typer.Option("--start", help="Take the rows.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Where the file is not UTF-8.")] = None,
    mapping: Annotated[str | None, typer.Option(help="A mapping that was kept under this name.")] = None,
    save_mapping: Annotated[str | None, typer.Option(help="Keep the mapping under this name.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Send a file and show what it holds; with --dry-run count what would come of it, with --start take it.

    \b
    Example:
      crm customers import customers.csv --map E-Mail=email --dry-run
      crm customers import customers.csv --map E-Mail=email --start
    """
    with open_door("customers", "operator", url, key, folder) as client:
        sent = file_imports.send(client, file, encoding)
        path = f"/imports/{sent['import_id']}"
        kept = answer_of(client.get(f"/import-mappings/{quote(mapping)}"))["columns"] if mapping else None
        columns = file_imports.mapping(kept or sent["guessed_mapping"], map_ or [])
        if save_mapping:
            answer_of(client.put(f"/import-mappings/{quote(save_mapping)}", json={"columns": columns}))
        if dry_run or start:
            answer_of(client.put(f"{path}/mapping", json={"columns": columns}))
            if dry_run:
                sent = file_imports.wait(client, path, "dry-run")
            if start:
                sent = file_imports.wait(client, path, "start")
    show(sent, import_as_text(sent), as_json=as_json)
    file_imports.refuse_failed(sent)


def import_as_text(made: dict[str, Any]) -> str:
    """An import as text."""
    came_to = []
    if made["undo"]:
        undo = made["undo"]
        came_to.append(f"taken back: {undo['retracted']} customers are gone, {undo['restored']} have what they had")
    elif made["state"] in ("checked", "running", "paused", "cancelled", "done"):
        came_to.append(", ".join(f"{count} {name}" for name, count in made["counts"].items()))
    if made["unproven"]:
        came_to.append(f"not taken, as it proves no consent: {', '.join(made['unproven'])}")
    return file_imports.import_shown(made, *came_to)
