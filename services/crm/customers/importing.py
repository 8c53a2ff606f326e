"""`crm customers import`: a file of customers through the API of customers, from the heading to the last row."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from services.crm.customers.calling import Key, Url, customers_app, json_of
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder

_PAUSE_S = 0.5
_BUSY = ("checking", "running", "undoing")


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
    with customers_app(url, key, folder) as client:
        sent = _send(client, file, encoding)
        path = f"/imports/{sent['import_id']}"
        kept = json_of(client.get(f"/import-mappings/{quote(mapping)}"))["columns"] if mapping else None
        columns = _mapping(kept or sent["guessed_mapping"], map_ or [])
        if save_mapping:
            json_of(client.put(f"/import-mappings/{quote(save_mapping)}", json={"columns": columns}))
        if dry_run or start:
            json_of(client.put(f"{path}/mapping", json={"columns": columns}))
            if dry_run:
                sent = ask_and_wait(client, path, "dry-run")
            if start:
                sent = ask_and_wait(client, path, "start")
    show(sent, import_as_text(sent), as_json=as_json)
    if sent["state"] == "failed":
        fail(sent["failure"], "Mend that and send the file again.")


def _send(client: httpx.Client, file: Path, encoding: str | None) -> dict[str, Any]:
    query = {"file_name": file.name} | ({"encoding": encoding} if encoding else {})
    with file.open("rb") as content:
        answer = client.post(
            "/imports", params=query, content=content, headers={"Content-Type": "application/octet-stream"}
        )
    return json_of(answer)


def _mapping(guessed: list[dict[str, Any]], said: list[str]) -> list[dict[str, Any]]:
    """The guess, with what was said in its place."""
    columns = {column["column"]: column for column in guessed}
    for text in said:
        name, equals, meaning = text.rpartition("=")
        if not equals or not name or not meaning:
            fail(f"{text!r} is no mapping.", "Write COLUMN=MEANING, such as E-Mail=email.", WRONG_USAGE)
        to, _, more = meaning.partition(":")
        behind = "source" if to == "external_id" else "format"
        columns[name] = {"column": name, "to": to, **({behind: more} if more else {})}
    return list(columns.values())


def ask_and_wait(client: httpx.Client, path: str, what: str) -> dict[str, Any]:
    """Ask for a dry run, a start or an undo, and look until the worker has ended it."""
    made = json_of(client.post(f"{path}/{what}"))
    while made["state"] in _BUSY:
        done = f"{made['undo']['touched']} customers" if made["undo"] else f"{made['rows_done']} of {made['rows']} rows"
        typer.echo(f"{made['state']}: {done}", err=True)
        time.sleep(_PAUSE_S)
        made = json_of(client.get(path))
    return made


def import_as_text(made: dict[str, Any]) -> str:
    columns = [[column["column"], _meaning(column)] for column in made["mapping"] or made["guessed_mapping"]]
    parts = [
        f"import {made['import_id']}: {made['file_name']}, {made['rows']} rows, {made['state']}",
        table([["column", "meaning"], *columns]),
    ]
    if made["undo"]:
        undo = made["undo"]
        parts.append(f"taken back: {undo['retracted']} customers are gone, {undo['restored']} have what they had")
    elif made["state"] in ("checked", "running", "paused", "cancelled", "done"):
        parts.append(", ".join(f"{count} {name}" for name, count in made["counts"].items()))
    if made["refused"]:
        rows = [[str(one["rows"]), one["reason"], _first(one)] for one in made["refused"]]
        parts.append(table([["refused", "because", "rows"], *rows]))
    if made["unproven"]:
        parts.append(f"not taken, as it proves no consent: {', '.join(made['unproven'])}")
    return "\n\n".join(parts)


def _meaning(column: dict[str, Any]) -> str:
    return ":".join(part for part in (column["to"], column["source"], column["format"]) if part)


def _first(refused: dict[str, Any]) -> str:
    rows = ", ".join(map(str, refused["first_rows"]))
    return f"{rows} …" if refused["rows"] > len(refused["first_rows"]) else rows
