"""Call the app of customers: its address, a key, and refusals as messages with their cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from services.crm import installation
from services.crm.output import WRONG_USAGE, fail

Url = Annotated[str | None, typer.Option(help="Of the customers app; the local installation's without it.")]
Key = Annotated[str | None, typer.Option(envvar="CRM_API_KEY", help="An API key; the local installation's without it.")]
# A large file is read while its sender waits.
_PATIENCE_S = 300.0
_ROLE = "operator"


@contextmanager
def customers_app(url: str | None, key: str | None, folder: Path) -> Iterator[httpx.Client]:
    """A client of the app; what it refuses ends the command with a message."""
    url, key = _door(url, key, folder)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=url, timeout=_PATIENCE_S, headers=headers) as client:
            yield client
    except (httpx.HTTPError, ValueError) as error:
        fail(f"The customers app cannot be used: {error or type(error).__name__}", "Is it running, is --url right?")


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """The answer's body; a refusal ends the command."""
    body: dict[str, Any] = answer.json()
    if answer.is_success:
        return body
    faults = "; ".join(f"{fault['what']} {fault['cure']}".strip() for fault in body.get("errors", ()) if fault["where"])
    previews = "".join(f"\n  {name}: {lines[0]}" for name, lines in body.get("previews", {}).items() if lines)
    return fail(f"{body['detail']}{previews}", faults or body.get("cure") or "Look at the detail.")


def _door(url: str | None, key: str | None, folder: Path) -> tuple[str, str]:
    """The address and the key to call with."""
    if url is not None and key is not None:
        return url, key
    if not installation.exists(folder):
        fail(
            "not given: --url and --key (or CRM_API_KEY), and there is no local installation.",
            "Name the customers app and an API key, or a local installation with --folder.",
            WRONG_USAGE,
        )
    port = installation.environment_of(folder, "customers")["PORT"]
    return url or f"http://127.0.0.1:{port}", key or installation.keys_of(folder)[_ROLE]
