"""Call a service's API: the local installation's, or one that is named with its key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from services.crm import installation
from services.crm.output import WRONG_USAGE, fail

Url = Annotated[str | None, typer.Option(help="Of the service's app; the local installation's without it.")]
Key = Annotated[str | None, typer.Option(envvar="CRM_API_KEY", help="An API key.")]
# A large file is read while its sender waits.
_PATIENCE_S = 300.0


@contextmanager
def open_door(service: str, role: str, url: str | None, key: str | None, folder: Path) -> Iterator[httpx.Client]:
    """A client of the service's API, with the key of `role` in a local installation. A service that does not answer
    ends the command with what to look at."""
    if url is None or key is None:
        if not installation.exists(folder):
            fail(
                "not given: --url and --key (or CRM_API_KEY), and there is no local installation.",
                f"Name the {service} app and a key, or a local installation with --folder.",
                WRONG_USAGE,
            )
        port = installation.environment_of(folder, service)["PORT"]
        url = url or f"http://127.0.0.1:{port}"
        key = key or installation.keys_of(folder)[role]
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, timeout=_PATIENCE_S, headers=headers) as client:
            yield client
    except (httpx.HTTPError, ValueError) as error:
        fail(f"The {service} app cannot be used: {error or type(error).__name__}", "Is it running, is --url right?")


def answer_of(answer: httpx.Response) -> Any:
    """The body of an answer; a refusal ends the command with cause and cure."""
    body = answer.json()
    if answer.is_success:
        return body
    # A fault of the whole body has no place, and is told in the detail already.
    placed = [fault for fault in body.get("errors", ()) if fault["where"]]
    faults = [f"{fault['where']}: {fault['what']}. {fault['cure']}".strip() for fault in placed]
    # How a file reads in each encoding that it may have.
    previews = [f"\n  {name}: {lines[0]}" for name, lines in body.get("previews", {}).items() if lines]
    return fail("".join([body["detail"], *previews]), "\n  ".join(faults) or body.get("cure") or "Look at the detail.")


def save_file(client: httpx.Client, path: str, file: Path) -> int:
    """Write an answer to a file; how many bytes. A refusal ends the command and writes nothing."""
    with client.stream("GET", path) as answer:
        if not answer.is_success:
            answer.read()
            answer_of(answer)
        with file.open("wb") as written:
            return sum(written.write(chunk) for chunk in answer.iter_bytes())


def every_page(client: httpx.Client, path: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of all pages of a list."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = answer_of(client.get(path, params={**params, **({"after": after} if after else {})}))
        items += page["items"]
        after = page["next"]
        if after is None:
            return items
