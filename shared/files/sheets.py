"""What a file is as a sheet: its columns, its rows, and its cells as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

# By which spreadsheet programs know a formula; the wide signs are read as the narrow ones in East Asia.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NEGATIVE = re.compile(r"-[0-9]{1,30}(?:[.,][0-9]{1,30})?")
# Our own columns of a file of refused rows: sent again, they are no part of what was refused.
OUR_COLUMNS = ("row", "refused_because")


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
    """The cell so that no spreadsheet runs it as a formula. A number below zero is none."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NEGATIVE.fullmatch(cell) else cell


def csv_line(cells: Sequence[str]) -> bytes:
    """A row of a CSV file, safe to open in a spreadsheet."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().encode()
