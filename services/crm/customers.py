"""`crm customers import`: a file of customers through the API of customers, from the heading to the last row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from services.crm import installation
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Customers: move in with files.", no_args_is_help=True)

_PAUSE_S = 0.5
# A large file is read while its sender waits.
_PATIENCE_S = 300.0
_BUSY = ("checking", "running")
_ROLE = "operator"


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
    url, key = _door(url, key, folder)
    with _refusals_explained(), _client(url, key) as client:
        sent = _send(client, file, encoding)
        if dry_run or start:
            columns = _mapping(sent["guessed_mapping"], map_ or [])
            path = f"/imports/{sent['import_id']}"
            _json(client.put(f"{path}/mapping", json={"columns": columns}))
            if dry_run:
                sent = _wait(client, path, "dry-run")
            if start:
                sent = _wait(client, path, "start")
    show(sent, _text(sent), as_json=as_json)
    if sent["state"] == "failed":
        fail(sent["failure"], "Mend that and send the file again.")


def _door(url: str | None, key: str | None, folder: Path) -> tuple[str, str]:
    """The address and the key to call with."""
    if url is not None and key is not None:
        return url, key
    if not installation.exists(folder):
        fail(
            "not given: --url and --key (or CRM_API_KEY), and there is no local installation.",
            "Name the customers app and a key with customers:import, or a local installation with --folder.",
            WRONG_USAGE,
        )
    port = installation.environment_of(folder, "customers")["PORT"]
    return url or f"http://127.0.0.1:{port}", key or installation.keys_of(folder)[_ROLE]


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=_PATIENCE_S, headers={"Authorization": f"Bearer {key}"})


def _send(client: httpx.Client, file: Path, encoding: str | None) -> dict[str, Any]:
    query = {"file_name": file.name} | ({"encoding": encoding} if encoding else {})
    with file.open("rb") as content:
        answer = client.post(
            "/imports", params=query, content=content, headers={"Content-Type": "application/octet-stream"}
        )
    return _json(answer)


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


def _wait(client: httpx.Client, path: str, what: str) -> dict[str, Any]:
    """Ask for a dry run or a start, and look until the worker has ended it."""
    made = _json(client.post(f"{path}/{what}"))
    while made["state"] in _BUSY:
        typer.echo(f"{made['state']}: {made['rows_done']} of {made['rows']} rows", err=True)
        time.sleep(_PAUSE_S)
        made = _json(client.get(path))
    return made


def _text(made: dict[str, Any]) -> str:
    columns = [[column["column"], _meaning(column)] for column in made["mapping"] or made["guessed_mapping"]]
    parts = [
        f"import {made['import_id']}: {made['file_name']}, {made['rows']} rows, {made['state']}",
        table([["column", "meaning"], *columns]),
    ]
    if made["state"] in ("checked", "done"):
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


def _json(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    faults = "; ".join(f"{fault['what']} {fault['cure']}".strip() for fault in body.get("errors", ()) if fault["where"])
    previews = "".join(f"\n  {name}: {lines[0]}" for name, lines in body.get("previews", {}).items() if lines)
    return fail(f"{body['detail']}{previews}", faults or body.get("cure") or "Look at the detail.")


@contextmanager
def _refusals_explained() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValueError) as error:
        fail(f"The customers app cannot be used: {error or type(error).__name__}", "Is it running, is --url right?")
