"""Fetch the files of exports, and list what is kept about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from services.customers.config import Settings
from services.customers.exports import repository
from services.customers.exports.clients.files import ExportFiles
from services.customers.exports.domain import Export, Layout
from shared.database.transaction import Tx


def chunks_of(settings: Settings, made: Export) -> Iterator[bytes]:
    """The file in pieces, in the format that was asked for."""
    return ExportFiles(settings).chunks(made)


async def downloads_of(tx: Tx, export_id: UUID) -> list[tuple[datetime, str]]:
    """When and by whom the file was fetched."""
    return await repository.downloads_of(tx, export_id)


async def list_layouts(tx: Tx, after: str | None, limit: int) -> list[Layout]:
    """Layouts in the order of their names."""
    return await repository.page_of_layouts(tx, after, limit)
