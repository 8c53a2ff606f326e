"""`crm openapi` and `crm asyncapi`: the documents of the APIs and of the events, made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from services.crm.migrating import Services
from services.crm.output import REFUSED, AsJson, fail, show
from services.registry import SERVICES, make_app, unconnected_settings
from shared.contracts import asyncapi as asyncapi_document
from shared.contracts.compatibility import freeze

FOLDER = Path(__file__).parents[2] / "docs" / "openapi"

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit status 1 when a document is not the code's.")]


def document_of(service: str) -> bytes:
    """A service's OpenAPI document as it is kept: indented, keys sorted, so that differences read well."""
    app = make_app(service, unconnected_settings(service))
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def openapi(services: Services = None, check: Check = False, as_json: AsJson = False) -> None:
    """Write docs/openapi/*.json from the apps of the named services, or of all. Nothing is started.

    \b
    Example:
      crm openapi customers
      crm openapi --check
    """
    files = {FOLDER / f"{service}.json": document_of(service) for service in services or SERVICES}
    _write(files, check=check, as_json=as_json)


def asyncapi(check: Check = False, as_json: AsJson = False) -> None:
    """Freeze the schema of every event type and write docs/asyncapi.json. A contract may only grow.

    \b
    Example:
      crm asyncapi
    """
    try:
        frozen = [] if check else freeze()
    except ValueError as error:
        fail(str(error), "Undo the change, or add the new version as a type of its own beside the old one.")
    _write(
        {asyncapi_document.DOCUMENT: asyncapi_document.render().encode()}, check=check, as_json=as_json, frozen=frozen
    )


def _write(files: dict[Path, bytes], *, check: bool, as_json: bool, frozen: list[str] | None = None) -> None:
    changed = [file for file, content in files.items() if not file.exists() or file.read_bytes() != content]
    if not check:
        for file in changed:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(files[file])
    names = [file.name for file in changed]
    body = {"changed" if not check else "differs": names} | ({} if frozen is None or check else {"frozen": frozen})
    text = f"{'Differs' if check else 'Written'}: {', '.join(names)}." if names else "Nothing has changed."
    show(body, text + (f"\nSchemas frozen: {', '.join(frozen)}." if frozen else ""), as_json=as_json)
    if check and changed:
        raise typer.Exit(REFUSED)
