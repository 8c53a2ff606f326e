"""Find imports."""

from __future__ import annotations

from uuid import UUID

from services.customers.imports.domain.imports import Import
from services.customers.imports.repository.files import IMPORTS
from shared.database.transaction import Tx


async def find_import(tx: Tx, import_id: UUID) -> Import:
    """One import. Raises NoSuchImport."""
    return await IMPORTS.find(tx, import_id)


async def list_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first: who brought which file, and when."""
    return await IMPORTS.page(tx, before, limit)
