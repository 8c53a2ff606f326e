"""Files through the API of the service that takes them, from the heading to the last row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import typer

from services.crm import installation
from services.crm.output import WRONG_USAGE, fail, table

_PAUSE_S = 0.5
# A large file is read while its sender waits.
_PATIENCE_S = 300.0
_BUSY = ("checking", "running", "undoing")
_ROLE = "operator"


@dataclass(frozen=True, slots=True)
class Door:
    """The service that takes the files, and the scope that its key needs."""

    service: str
    scope: str

    @contextmanager
    def opened(self, url: str | None, key: str | None, folder: Path) -> Iterator[httpx.Client]:
        """A client of its app; what is not given is that of the local installation. Refusals end the command."""
        url, key = self._address(url, key, folder)
        headers = {"Authorization": f"Bearer {key}"}
        try:
            with httpx.Client(base_url=url, timeout=_PATIENCE_S, headers=headers) as client:
                yield client
        except (httpx.HTTPError, ValueError) as error:
            fail(
                f"The {self.service} app cannot be used: {error or type(error).__name__}",
                "Is it running, is --url right?",
            )

    def _address(self, url: str | None, key: str | None, folder: Path) -> tuple[str, str]:
        if url is not None and key is not None:
            return url, key
        if not installation.exists(folder):
            fail(
                "not given: --url and --key (or CRM_API_KEY), and there is no local installation.",
                f"Name the {self.service} app and a key with {self.scope}, or a local installation with --folder.",
                WRONG_USAGE,
            )
        port = installation.environment_of(folder, self.service)["PORT"]
        return url or f"http://127.0.0.1:{port}", key or installation.keys_of(folder)[_ROLE]


def send(client: httpx.Client, file: Path, encoding: str | None) -> dict[str, Any]:
    """Send the file; what it holds."""
    query = {"file_name": file.name} | ({"encoding": encoding} if encoding else {})
    with file.open("rb") as content:
        answer = client.post(
            "/imports", params=query, content=content, headers={"Content-Type": "application/octet-stream"}
        )
    return body_of(answer)


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
    made = body_of(client.post(f"{path}/{what}"))
    while made["state"] in _BUSY:
        typer.echo(f"{made['state']}: {made['rows_done']} of {made['rows']} rows", err=True)
        time.sleep(_PAUSE_S)
        made = body_of(client.get(path))
    return made


def save(client: httpx.Client, path: str, file: Path) -> int:
    """Write an answer to a file; how many bytes."""
    with client.stream("GET", path) as answer:
        if not answer.is_success:
            answer.read()
            body_of(answer)
        with file.open("wb") as written:
            return sum(written.write(chunk) for chunk in answer.iter_bytes())


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """The answer's body; a refusal ends the command with its cause and cure."""
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    faults = "; ".join(f"{fault['what']} {fault['cure']}".strip() for fault in body.get("errors", ()) if fault["where"])
    previews = "".join(f"\n  {name}: {lines[0]}" for name, lines in body.get("previews", {}).items() if lines)
    return fail(f"{body['detail']}{previews}", faults or body.get("cure") or "Look at the detail.")


def columns_shown(made: dict[str, Any]) -> str:
    """What the columns mean, as a table."""
    rows = [[column["column"], _meaning(column)] for column in made["mapping"] or made["guessed_mapping"]]
    return table([["column", "meaning"], *rows])


def refused_shown(made: dict[str, Any]) -> str:
    """Why rows were refused, as a table."""
    rows = [[str(one["rows"]), one["reason"], _first(one)] for one in made["refused"]]
    return table([["refused", "because", "rows"], *rows])


def _meaning(column: dict[str, Any]) -> str:
    return ":".join(part for part in (column["to"], column["source"], column["format"]) if part)


def _first(refused: dict[str, Any]) -> str:
    rows = ", ".join(map(str, refused["first_rows"]))
    return f"{rows} …" if refused["rows"] > len(refused["first_rows"]) else rows
