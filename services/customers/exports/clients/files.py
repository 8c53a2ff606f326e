"""The files of exports: sealed rows, which become CSV, JSON Lines or Excel when they are fetched."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

import orjson

from services.customers.attributes.domain.definitions import Value
from services.customers.config import Settings
from services.customers.exports.domain import Export, as_text
from shared.files.errors import FilesNotSetUp
from shared.files.sealing import RowSeal
from shared.files.sheets import csv_line

_CHUNK = 256 * 1024
# So that spreadsheets read the letters of a CSV file as they are.
_MARK = b"\xef\xbb\xbf"
# What Excel takes.
_LONGEST_CELL = 32_767


class ExportFiles:
    """The files of exports in the folder of files, which app and worker share."""

    def __init__(self, settings: Settings) -> None:
        if settings.import_folder is None:
            raise FilesNotSetUp(
                "No folder for files is set (IMPORT_FOLDER).", cure="Set it for app and worker of the service alike."
            )
        self._folder = settings.import_folder
        self._secret = settings.key

    async def append(self, export_id: UUID, size: int, rows: Sequence[Sequence[Value]]) -> int:
        """The rows lie behind the first `size` bytes; what a crash has left there is cut off. Returns the new size."""
        return await asyncio.to_thread(self._append, export_id, size, rows)

    async def delete(self, export_id: UUID) -> None:
        """Nothing of the file is left."""
        await asyncio.to_thread(self._path(export_id).unlink, missing_ok=True)

    def exists(self, export_id: UUID) -> bool:
        """Whether the file is there."""
        return self._path(export_id).exists()

    def chunks(self, made: Export) -> Iterator[bytes]:
        """The file as it was asked for, piece by piece. Raises FileNotFoundError."""
        if made.format == "xlsx":
            yield from self._workbook(made)
            return
        headings = [column.heading for column in made.columns]
        piece = bytearray(_MARK + csv_line(headings) if made.format == "csv" else b"")
        for row in self._rows(made):
            if made.format == "csv":
                piece += csv_line([as_text(value) for value in row])
            else:
                piece += orjson.dumps(dict(zip(headings, row, strict=True))) + b"\n"
            if len(piece) > _CHUNK:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)

    def _workbook(self, made: Export) -> Iterator[bytes]:
        # Only who fetches such a file needs it.
        import xlsxwriter

        # Unnamed, so that it is gone with the answer whatever happens.
        with TemporaryFile(dir=self._folder) as file:
            options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
            with xlsxwriter.Workbook(file, {**options, "tmpdir": str(self._folder)}) as book:
                sheet = book.add_worksheet()
                sheet.write_row(0, 0, [column.heading for column in made.columns])
                for number, row in enumerate(self._rows(made), start=1):
                    for place, value in enumerate(row):
                        if isinstance(value, int | float) and not isinstance(value, bool):
                            sheet.write_number(number, place, value)
                        elif value is not None:
                            # A longer one would be left out without a word.
                            sheet.write_string(number, place, as_text(value)[:_LONGEST_CELL])
            file.seek(0)
            while piece := file.read(_CHUNK):
                yield piece

    def _rows(self, made: Export) -> Iterator[list[Value]]:
        seal, left = RowSeal.of(self._secret, made.export_id), made.bytes
        with self._path(made.export_id).open("rb") as file:
            while left > 0 and (line := file.readline()):
                left -= len(line)
                yield orjson.loads(seal.open(line))

    def _append(self, export_id: UUID, size: int, rows: Sequence[Sequence[Value]]) -> int:
        seal, path = RowSeal.of(self._secret, export_id), self._path(export_id)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            _cut(file, size)
            file.writelines(seal.seal(orjson.dumps(row)) for row in rows)
            return file.tell()

    def _path(self, export_id: UUID) -> Path:
        return self._folder / f"{export_id}.export"


def _cut(file: BinaryIO, size: int) -> None:
    file.truncate(size)
    file.seek(size)
