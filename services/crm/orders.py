"""`crm orders`: files of orders through the API of interactions, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from services.crm import file_imports
from services.crm.doors import Key, Url, answer_of, open_door, save_file
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show
from services.crm.settings import Folder

commands = typer.Typer(help="Orders: bring years of them with files, and take a file back.", no_args_is_help=True)
_DOOR = ("interactions", "operator")
ImportId = Annotated[UUID, typer.Argument(help="As `crm orders import` shows it.")]


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV or XLSX file, a row for a line.")],
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=MEANING",
            help="May be repeated; columns without one keep the guess. A format or the source of an external id "
            "follows behind a colon: 'Datum=ordered_at:DD.MM.YYYY', 'Kdnr=external_id:erp'.",
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="Whose order numbers these are: each is recorded once.")] = "import",
    currency: Annotated[str | None, typer.Option(help="Of orders that name none; else the base currency.")] = None,
    channel: Annotated[str, typer.Option(help="Of orders that name none.")] = "other",
    time_zone: Annotated[str | None, typer.Option(help="Of times without an offset, such as Europe/Berlin.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would come of it.")] = False,
    start: Annotated[bool, typer.Option("--start", help="Record the orders.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Where the file is not UTF-8.")] = None,
    errors: Annotated[Path | None, typer.Option(help="Write the rows of refused orders to this CSV file.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Send a file and show what it holds; with --dry-run count what would come of it, with --start record it.

    \b
    Example:
      crm orders import orders.xlsx --map Kundennr=external_id:erp --currency EUR --dry-run
      crm orders import orders.xlsx --map Kundennr=external_id:erp --currency EUR --start --errors refused.csv
    """
    with open_door(*_DOOR, url, key, folder) as client:
        sent = file_imports.send(client, file, encoding)
        path = f"/imports/{sent['import_id']}"
        if dry_run or start:
            terms = {"source": source, "channel": channel, "currency": currency, "time_zone": time_zone}
            columns = file_imports.mapping(sent["guessed_mapping"], map_ or [])
            answer_of(client.put(f"{path}/mapping", json={"columns": columns, **terms}))
            if dry_run:
                sent = file_imports.wait(client, path, "dry-run")
            if start:
                sent = file_imports.wait(client, path, "start")
            if errors is not None:
                save_file(client, f"{path}/errors", errors)
    _ended(sent, as_json)


@commands.command("show")
def show_import(
    import_id: ImportId,
    errors: Annotated[Path | None, typer.Option(help="Write the rows of refused orders to this CSV file.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show how far an import is, and what came of it.

    \b
    Example:
      crm orders show 0198f2c4-0000-7000-8000-000000000001 --errors refused.csv
    """
    with open_door(*_DOOR, url, key, folder) as client:
        made = answer_of(client.get(f"/imports/{import_id}"))
        if errors is not None:
            save_file(client, f"/imports/{import_id}/errors", errors)
    _ended(made, as_json)


@commands.command("undo")
def undo(
    import_id: ImportId,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Take back every order that an import recorded: timelines, segments and scores are as without it.

    \b
    Example:
      crm orders undo 0198f2c4-0000-7000-8000-000000000001
    """
    with open_door(*_DOOR, url, key, folder) as client:
        made = file_imports.wait(client, f"/imports/{import_id}", "undo")
    _ended(made, as_json)


def _ended(made: dict[str, Any], as_json: bool) -> None:
    came_to = [_counts(made["counts"])] if made["mapping"] else []
    show(made, file_imports.import_shown(made, *came_to), as_json=as_json)
    file_imports.refuse_failed(made)


def _counts(counts: dict[str, Any]) -> str:
    """Orders and sums: amounts as they are kept, in minor units of their currency."""
    words = f"{counts['new']} new, {counts['duplicate']} duplicate, {counts['refused']} refused"
    lines = [f"{words} ({counts['refused_rows']} rows)"]
    for name, kind in (("sums", "new"), ("known_sums", "duplicate")):
        lines += [
            f"{kind}: {one['orders']} orders, revenue {one['revenue']} minor units of {one['currency']}"
            for one in counts[name]
        ]
    if counts["unvalued"]:
        lines.append(f"{counts['unvalued']} in a currency without a rate: PUT /rates first, or they count as unvalued")
    if counts["taken_back"]:
        lines.append(f"{counts['taken_back']} taken back")
    return "\n".join(lines)
