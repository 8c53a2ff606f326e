"""HTTP of files: how one is sent, and how its refused rows go out again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from shared.database.engine import Database
from shared.files.imports.domain import FileImport, SentFile
from shared.files.imports.refusals import refused_rows
from shared.files.settings import FileSettings
from shared.web import MIB

# The bound of the setting; IMPORT_MOST_MIB is the one that counts.
MOST_BYTES = 2048 * MIB


async def _sent(
    file_name: Annotated[str, Query(min_length=1, max_length=200, description="as its owner calls it")],
    encoding: Annotated[str | None, Query(max_length=20, description="where it is not UTF-8")] = None,
    separator: Annotated[str | None, Query(max_length=1, description="where it cannot be told")] = None,
) -> SentFile:
    return SentFile(file_name, encoding, separator)


SentFileDep = Annotated[SentFile, Depends(_sent)]


def file_body(description: str, example: str) -> dict[str, Any]:
    """The body of the request that sends a file, as the API's description has it."""
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string"}, "examples": {"two": {"value": example}}},
            },
        }
    }


def refused_answer(database: Database, settings: FileSettings, made: FileImport) -> StreamingResponse:
    """The refused rows as a file to be mended."""
    return StreamingResponse(
        refused_rows(database, settings, made),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-{made.import_id}.csv"'},
    )
