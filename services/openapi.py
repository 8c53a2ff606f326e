"""OpenAPI documents of the services, kept in the repository: `python -m services.openapi` writes docs/openapi/*.json.

Nothing connects: the apps are made and not started.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import orjson

from services.registry import SERVICES, make_app, unconnected_settings

FOLDER = Path("docs/openapi")


def document_of(service: str) -> bytes:
    """The document as it is kept: indented, keys sorted, so that differences read well."""
    app = make_app(service, unconnected_settings(service))
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the documents of the named services, or of all."""
    parser = argparse.ArgumentParser(prog="python -m services.openapi", description=__doc__)
    parser.add_argument("service", nargs="*", help=f"of {', '.join(SERVICES)}; all of them when none is named")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in parser.parse_args(argv).service or SERVICES:
        (FOLDER / f"{service}.json").write_bytes(document_of(service))


if __name__ == "__main__":
    main()
