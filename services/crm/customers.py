"""`crm customers import`: a file of customers through the API of customers, from the heading to the last row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from services.crm import file_imports
from services.crm.file_imports import Door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, fail, show
from services.crm.settings import Folder

commands = typer.Typer(help="Customers: move in with files.", no_args_is_help=True)
_DOOR = Door("customers", "customers:import")


@commands.command("import")
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
    url: Annotated[str | None, typer.Option(help="Of the customers app; the local installation's without it.")] = None,
    key: Annotated[str | None, typer.Option(envvar="CRM_API_KEY", help="A key with customers:import.")] = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Send a file and show what it holds; with --dry-run count what would come of it, with --start take it.

    \b
    Example:
      crm customers import customers.csv --map E-Mail=email --dry-run
      crm customers import customers.csv --map E-Mail=email --start
    """
    with _DOOR.opened(url, key, folder) as client:
        sent = file_imports.send(client, file, encoding)
        if dry_run or start:
            columns = file_imports.mapping(sent["guessed_mapping"], map_ or [])
            path = f"/imports/{sent['import_id']}"
            file_imports.body_of(client.put(f"{path}/mapping", json={"columns": columns}))
            if dry_run:
                sent = file_imports.wait(client, path, "dry-run")
            if start:
                sent = file_imports.wait(client, path, "start")
    show(sent, _text(sent), as_json=as_json)
    if sent["state"] == "failed":
        fail(sent["failure"], "Mend that and send the file again.")


def _text(made: dict[str, Any]) -> str:
    parts = [
        f"import {made['import_id']}: {made['file_name']}, {made['rows']} rows, {made['state']}",
        file_imports.columns_shown(made),
    ]
    if made["state"] in ("checked", "done"):
        parts.append(", ".join(f"{count} {name}" for name, count in made["counts"].items()))
    if made["refused"]:
        parts.append(file_imports.refused_shown(made))
    if made["unproven"]:
        parts.append(f"not taken, as it proves no consent: {', '.join(made['unproven'])}")
    return "\n\n".join(parts)
