"""Files through the API of the service that takes them, from the heading to the last row."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import typer

from services.crm.doors import answer_of
from services.crm.output import WRONG_USAGE, fail, table

_PAUSE_S = 0.5
_BUSY = ("checking", "running", "undoing")


def send(client: httpx.Client, file: Path, encoding: str | None) -> dict[str, Any]:
    """Send the file; what it holds."""
    query = {"file_name": file.name} | ({"encoding": encoding} if encoding else {})
    with file.open("rb") as content:
        answer = client.post(
            "/imports", params=query, content=content, headers={"Content-Type": "application/octet-stream"}
        )
    made: dict[str, Any] = answer_of(answer)
    return made


def mapping(guessed: list[dict[str, Any]], said: list[str]) -> list[dict[str, Any]]:
    """The guess, with what was said (COLUMN=MEANING, a format or source behind a colon) in its place."""
    columns = {column["column"]: column for column in guessed}
    for text in said:
        name, equals, meaning = text.rpartition("=")
        if not equals or not name or not meaning:
            fail(f"{text!r} is no mapping.", "Write COLUMN=MEANING, such as E-Mail=email.", WRONG_USAGE)
        to, _, more = meaning.partition(":")
        behind = "source" if to == "external_id" else "format"
        columns[name] = {"column": name, "to": to, **({behind: more} if more else {})}
    return list(columns.values())


def wait(client: httpx.Client, path: str, what: str) -> dict[str, Any]:
    """Ask for a dry run, a start or an undo, and look until the worker has ended it."""
    made: dict[str, Any] = answer_of(client.post(f"{path}/{what}"))
    while made["state"] in _BUSY:
        typer.echo(f"{made['state']}: {_done(made)}", err=True)
        time.sleep(_PAUSE_S)
        made = answer_of(client.get(path))
    return made


def refuse_failed(made: dict[str, Any]) -> None:
    """An import that failed ends the command."""
    if made["state"] == "failed":
        fail(made["failure"], "Mend that and send the file again.")


def import_shown(made: dict[str, Any], *came_to: str) -> str:
    """Which file, what its columns mean, what its rows `came_to`, and why rows were refused."""
    columns = [[column["column"], _meaning(column)] for column in made["mapping"] or made["guessed_mapping"]]
    parts = [
        f"import {made['import_id']}: {made['file_name']}, {made['rows']} rows, {made['state']}",
        table([["column", "meaning"], *columns]),
        *came_to,
    ]
    if made["refused"]:
        rows = [[str(one["rows"]), one["reason"], _first(one)] for one in made["refused"]]
        parts.append(table([["refused", "because", "rows"], *rows]))
    return "\n\n".join(parts)


def _done(made: dict[str, Any]) -> str:
    undo = made.get("undo")
    return f"{undo['touched']} customers" if undo else f"{made['rows_done']} of {made['rows']} rows"


def _meaning(column: dict[str, Any]) -> str:
    return ":".join(part for part in (column["to"], column["source"], column["format"]) if part)


def _first(refused: dict[str, Any]) -> str:
    rows = ", ".join(map(str, refused["first_rows"]))
    return f"{rows} …" if refused["rows"] > len(refused["first_rows"]) else rows
