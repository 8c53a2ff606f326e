"""The folder of imported files: what came, and its rows as they were read."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from shared.files.errors import FilesNotSetUp, FileTooLarge, UnknownEncoding, UnreadableFile
from shared.files.sealing import RowSeal
from shared.files.settings import FileSettings
from shared.files.sheets import Sheet, SheetRow
from shared.observability.logging import get_logger

log = get_logger(__name__)

_MIB = 1024 * 1024
# A file may unpack to this many times the bytes that may be sent.
_UNPACKED = 8
_ROOT = Path(__file__).parents[2]
_READER = "shared.files.sheet_reader"
_FAULTS = {"unreadable-file": UnreadableFile, "unknown-encoding": UnknownEncoding, "file-too-large": FileTooLarge}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that has come whole."""

    sha256: str
    size: int


class Files:
    """The files of imports in one folder. App and worker of the service see the same folder."""

    def __init__(self, settings: FileSettings) -> None:
        if settings.import_folder is None:
            raise FilesNotSetUp(
                "No folder for files is set (IMPORT_FOLDER).", cure="Set it for app and worker of the service alike."
            )
        self._folder = settings.import_folder
        self._most = settings.import_most_mib * _MIB
        self._memory = settings.import_memory_mib * _MIB
        self._seconds = settings.import_reading_s
        self._secret = settings.installation_key.get_secret_value()

    async def store(self, import_id: UUID, body: AsyncIterable[bytes]) -> StoredFile:
        """Write the file as it comes, no more of it in memory than one piece. Raises FileTooLarge."""
        digest, size = sha256(), 0
        path = self._came(import_id)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for chunk in body:
                    size += len(chunk)
                    if size > self._most:
                        raise FileTooLarge(f"The file is larger than {self._most} bytes.", cure="Split it.")
                    digest.update(chunk)
                    await asyncio.to_thread(file.write, chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return StoredFile(digest.hexdigest(), size)

    async def read_sheet(self, import_id: UUID, encoding: str | None, separator: str | None) -> Sheet:
        """What the file is; its rows lie beside it from now on.

        Raises UnreadableFile, UnknownEncoding, FileTooLarge.
        """
        request = {
            "path": str(self._came(import_id).absolute()),
            "rows": str(self._rows(import_id).absolute()),
            "encoding": encoding,
            "separator": separator,
            "memory": self._memory,
            "most_unpacked": self._most * _UNPACKED,
            "file": str(import_id),
            # On its standard input, where no list of processes shows it.
            "key": self._seal(import_id).key.hex(),
        }
        answer = await self._ask_child(request)
        if "refused" in answer:
            refused = answer["refused"]
            slug, what, cure = (refused.pop(name) for name in ("slug", "what", "cure"))
            raise _FAULTS[slug](what, cure=cure, where="", **refused)
        sheet = answer["sheet"]
        return Sheet(**sheet)

    async def _ask_child(self, request: dict[str, Any]) -> dict[str, Any]:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _READER),
            cwd=_ROOT,
            # Nothing of our environment: it holds keys, and what is read may be made to take the reader over.
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._seconds):
                out, errors = await child.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise UnreadableFile(
                f"Reading the file took longer than {self._seconds:g} seconds.", cure="Split it.", where=""
            ) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            # Not what it wrote: a traceback may quote the file.
            log.warning("sheet_reader_ended", status=child.returncode, errors=len(errors))
            raise UnreadableFile(
                "The file cannot be read within the memory for it: it is damaged, or made to take all there is.",
                cure="Save it as CSV (UTF-8), or split it.",
                where="",
            )
        answer: dict[str, Any] = json.loads(out)
        return answer

    async def rows(self, import_id: UUID, place: int, limit: int) -> tuple[list[SheetRow], int]:
        """The next rows from that place on, and the place after them. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._read_rows, import_id, place, limit)

    async def rows_at(self, import_id: UUID, places: Sequence[int]) -> list[SheetRow]:
        """The rows that lie at those places. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._read_at, import_id, places)

    async def delete(self, import_id: UUID) -> None:
        """Nothing of the file is left."""
        for path in (self._came(import_id), self._rows(import_id)):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def forget_source(self, import_id: UUID) -> None:
        """What came is gone; its rows stay until the import is forgotten."""
        await asyncio.to_thread(self._came(import_id).unlink, missing_ok=True)

    def _read_rows(self, import_id: UUID, place: int, limit: int) -> tuple[list[SheetRow], int]:
        rows: list[SheetRow] = []
        seal = self._seal(import_id)
        with self._rows(import_id).open("rb") as file:
            file.seek(place)
            while len(rows) < limit and (line := file.readline()):
                rows.append(_row(seal.open(line), place))
                place += len(line)
        return rows, place

    def _read_at(self, import_id: UUID, places: Sequence[int]) -> list[SheetRow]:
        rows = []
        seal = self._seal(import_id)
        with self._rows(import_id).open("rb") as file:
            for place in places:
                file.seek(place)
                rows.append(_row(seal.open(file.readline()), place))
        return rows

    async def delete_forgotten(self, older_s: float) -> None:
        """Files that came and were never read, as their process ended, are gone when they are older than that."""
        await asyncio.to_thread(self._delete_forgotten, older_s)

    def _delete_forgotten(self, older_s: float) -> None:
        for path in self._folder.glob("*.came"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > older_s:
                    path.unlink()

    def _seal(self, import_id: UUID) -> RowSeal:
        return RowSeal.of(self._secret, import_id)

    def _came(self, import_id: UUID) -> Path:
        return self._folder / f"{import_id}.came"

    def _rows(self, import_id: UUID) -> Path:
        return self._folder / f"{import_id}.rows"


def _row(line: bytes, place: int) -> SheetRow:
    number, cells = orjson.loads(line)
    return SheetRow(number, place, cells)
