"""What a file is as a sheet: its columns, its rows, and its cells as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

_FORMULA = tuple("=+-@\t\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What reading the file has shown. `formats` are the forms of dates or numbers that each column fits."""

    format: Literal["csv", "xlsx"]
    encoding: str | None
    separator: str | None
    columns: Sequence[str]
    rows: int
    formats: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as the file has it. `number` counts from the heading, which is 1; `offset` is its place in our copy."""

    number: int
    offset: int
    cells: Sequence[str]


def plain_cell(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it (our own files of refused rows)."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def safe_cell(cell: str) -> str:
    """The cell so that no spreadsheet runs it as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def csv_line(cells: Sequence[str]) -> bytes:
    """A row of a CSV file, safe to open in a spreadsheet."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().encode()
