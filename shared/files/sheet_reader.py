"""The child process that reads a file; it is told which as JSON on its standard input.

It writes each row as a line of JSON and prints what the sheet is, or why it is refused. It is a process of its own
because a small crafted workbook makes the reader of Excel files take all memory there is: here that ends the child.
"""

from __future__ import annotations

import codecs
import csv
import json
import resource
import sys
import zipfile
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import orjson

from shared.files.formats import FormatGuess
from shared.files.sealing import RowSeal

_ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1250", "iso-8859-15")
_ASKED = ("windows-1252", "windows-1250", "iso-8859-15")
_SEPARATORS = (";", ",", "\t", "|")
_MOST_COLUMNS, _LONGEST_CELL, _LONGEST_NAME = 300, 100_000, 200
_CHUNK = 1024 * 1024
_SHOWN_LINES = 3
_ZIP = b"PK\x03\x04"


class Refused(Exception):
    """The file cannot be read: `slug` is that of the answer."""

    def __init__(self, what: str, cure: str, slug: str = "unreadable-file", **extra: Any) -> None:
        super().__init__(what)
        self.answer = {"slug": slug, "what": what, "cure": cure, **extra}


def main(request: dict[str, Any]) -> dict[str, Any]:
    """Read `path` and write its rows to `rows`; answers with the sheet. Raises Refused."""
    path, unpacked = Path(request["path"]), int(request["most_unpacked"])
    if not path.stat().st_size:
        raise Refused("The file is empty.", "Send the file itself.")
    with path.open("rb") as file:
        is_workbook = file.read(4) == _ZIP
    encoding, separator = None, None
    if is_workbook:
        records = _workbook(path, unpacked)
    else:
        encoding = _encoding_of(path, request.get("encoding"))
        separator = _separator_of(path, encoding, request.get("separator"))
        records = _text(path, encoding, separator)
    with closing(records):
        columns = _heading(next(records, []))
        rows, guesses = _write(
            records, columns, Path(request["rows"]), RowSeal(bytes.fromhex(request["key"]), UUID(request["file"]))
        )
    return {
        "format": "xlsx" if is_workbook else "csv",
        "encoding": encoding,
        "separator": separator,
        "columns": columns,
        "rows": rows,
        "formats": {column: guess.formats for column, guess in zip(columns, guesses, strict=True) if guess.formats},
    }


def _encoding_of(path: Path, named: str | None) -> str:
    with path.open("rb") as file:
        begin = file.read(4)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        named = "utf-16"
    if named is not None and named not in _ENCODINGS:
        raise Refused(f"The encoding {named[:40]!r} is not read here.", f"Name one of: {', '.join(_ENCODINGS)}.")
    encoding = named or "utf-8"
    try:
        _decode(path, encoding)
    except UnicodeError:
        if named is not None:
            raise Refused(f"The file is not {encoding}.", "Name another encoding, or none for UTF-8.") from None
        raise Refused(
            "The file is not UTF-8, and no program can tell the older encodings apart.",
            "Look at the previews and send the file again with the encoding whose letters are right.",
            "unknown-encoding",
            previews={known: lines for known in _ASKED if (lines := _preview(path, known)) is not None},
        ) from None
    return "utf-8-sig" if encoding == "utf-8" and begin.startswith(codecs.BOM_UTF8) else encoding


def _decode(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                raise Refused("The file holds null bytes: it is no text.", "Save it as CSV (UTF-8) or as XLSX.")
    decoder.decode(b"", final=True)


def _preview(path: Path, encoding: str) -> list[str] | None:
    """The first lines with letters that are not plain ASCII: those that look different in each encoding."""
    lines: list[str] = []
    try:
        with path.open(encoding=encoding) as file:
            for line in file:
                if not line.isascii():
                    lines.append(line.rstrip()[:200])
                if len(lines) == _SHOWN_LINES:
                    break
    except UnicodeError:
        return None
    return lines


def _separator_of(path: Path, encoding: str, named: str | None) -> str:
    if named is not None:
        if named not in _SEPARATORS:
            raise Refused("This separator is not read here.", "Name a semicolon, a comma, a tab or a bar.")
        return named
    widths = {}
    for separator in _SEPARATORS:
        with closing(_text(path, encoding, separator)) as records:
            try:
                first = [len(record) for record, _ in zip(records, range(20), strict=False)]
            except Refused:
                first = [1]
        widths[separator] = (sum(width == first[0] for width in first) if first and first[0] > 1 else 0, first[:1])
    return max(_SEPARATORS, key=lambda separator: widths[separator])


def _text(path: Path, encoding: str, separator: str) -> Generator[Any]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise Refused(
                f"Line {reader.line_num} is not written as CSV: {error}.",
                "Look for a quotation mark that is not closed, or a cell that is far too long.",
            ) from None


def _workbook(path: Path, most_unpacked: int) -> Generator[Any]:
    # Only the child needs it, and only for such files.
    from python_calamine import CalamineError, CalamineWorkbook

    damaged = "Open it in a spreadsheet program and save it again as XLSX."
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, OSError):
        raise Refused("The workbook is damaged.", damaged) from None
    if size > most_unpacked:
        raise Refused(
            f"The workbook is larger than {most_unpacked} bytes when unpacked.",
            "Split it, or save it as CSV.",
            "file-too-large",
        )
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheet = book.get_sheet_by_index(0)
            for record in sheet.iter_rows():
                yield [_cell(value) for value in record]
    except CalamineError:
        raise Refused("The file is no workbook that can be read.", damaged) from None


def _cell(value: Any) -> str:
    """A cell as text. Sheets keep whole numbers as 3.0, and days as midnights."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value)


def _heading(record: Sequence[str]) -> list[str]:
    names = [name.strip().removeprefix("\ufeff") for name in record]
    while names and not names[-1]:
        names.pop()
    cure = "The first row must name each column, each name once."
    if not names:
        raise Refused("The file has no heading.", cure)
    if len(names) > _MOST_COLUMNS or any(len(name) > _LONGEST_NAME for name in names):
        raise Refused(f"The heading has more than {_MOST_COLUMNS} columns, or a name that is far too long.", cure)
    for place, name in enumerate(names):
        if not name:
            raise Refused(f"Column {place + 1} has no name.", cure)
        if name in names[:place]:
            raise Refused(f"Two columns are named {name!r}.", cure)
    return names


def _write(
    records: Iterable[Sequence[str]], columns: Sequence[str], path: Path, seal: RowSeal
) -> tuple[int, list[FormatGuess]]:
    guesses = [FormatGuess() for _ in columns]
    rows, width = 0, len(columns)
    with path.open("wb") as file:
        for number, record in enumerate(records, start=2):
            cells = list(record)
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if not any(cell.strip() for cell in cells):
                continue
            if any("\x00" in cell for cell in cells):
                raise Refused(f"Row {number} holds a null byte.", "Save the file again as CSV (UTF-8) or as XLSX.")
            # Whole columns are looked at, so that one 31/12 tells how all the others are meant.
            for guess, cell in zip(guesses, cells, strict=False):
                guess.feed(cell)
            file.write(seal.seal(orjson.dumps([number, cells])))
            rows += 1
    if not rows:
        raise Refused("The file has a heading and no row.", "Send a file with rows.")
    return rows, guesses


def _bounded(request: dict[str, Any]) -> None:
    memory, written = int(request["memory"]), int(request["most_unpacked"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run() -> NoReturn:
    request = json.loads(sys.stdin.read())
    _bounded(request)
    try:
        answer = {"sheet": main(request)}
    except Refused as refused:
        answer = {"refused": refused.answer}
    print(json.dumps(answer))
    sys.exit(0)


if __name__ == "__main__":
    _run()
