"""Make the archive: everything that is kept about one person, as JSON for machines, CSV for tables, HTML to read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.files.sheets import csv_line

Row = Mapping[str, Any]
Parts = Mapping[str, Sequence[Row]]


def archive(services: Mapping[str, Parts], page: Callable[[Mapping[str, Parts]], str]) -> bytes:
    """A zip file: `index.html`, made by `page`; and for each service `<service>.json` and a CSV file for each table."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("index.html", page(services))
        for service, parts in sorted(services.items()):
            file.writestr(f"{service}.json", json.dumps(parts, indent=1, ensure_ascii=False))
            for name, rows in sorted(parts.items()):
                file.writestr(f"{service}/{name}.csv", as_csv(rows))
    return packed.getvalue()


def as_csv(rows: Sequence[Row]) -> str:
    """A table with a line of names. What a spreadsheet would take for a formula gets an apostrophe in front."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [csv_line(names), *(csv_line([_cell(row.get(name)) for name in names]) for row in rows)]
    return b"".join(lines).decode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
