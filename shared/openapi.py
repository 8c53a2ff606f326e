"""The OpenAPI document of each service, kept in the repository: `python -m shared.openapi` writes docs/openapi/*.json.

Nothing connects: the apps are made and not started.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import orjson
from fastapi import FastAPI

from shared.config import ServiceSettings
from shared.migrate import SERVICES

FOLDER = Path("docs/openapi")
# Ports at which nobody listens.
_NOWHERE: dict[str, Any] = {
    "database_url": "postgresql://nobody:none@127.0.0.1:1/none",
    "kafka_bootstrap": "127.0.0.1:1",
    "redis_url": "redis://127.0.0.1:1/0",
    "api_keys_file": Path("none.json"),
}


def unconnected_settings(service: str, **given: Any) -> ServiceSettings:
    """A service's settings that lead nowhere, for looking at its app without starting it."""
    settings = importlib.import_module(f"services.{service}.config").Settings(**{**_NOWHERE, **given})
    return cast(ServiceSettings, settings)


def make_app(service: str, settings: ServiceSettings) -> FastAPI:
    """What services/<service>/app.py makes of `settings`."""
    return cast(FastAPI, importlib.import_module(f"services.{service}.app").create(settings))


def document_of(service: str) -> bytes:
    """The document as it is kept: indented, keys sorted, so that differences read well."""
    app = make_app(service, unconnected_settings(service))
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the documents of the named services, or of all."""
    parser = argparse.ArgumentParser(prog="python -m shared.openapi", description=__doc__)
    parser.add_argument("service", nargs="*", help=f"of {', '.join(SERVICES)}; all of them when none is named")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in parser.parse_args(argv).service or SERVICES:
        (FOLDER / f"{service}.json").write_bytes(document_of(service))


if __name__ == "__main__":
    main()
