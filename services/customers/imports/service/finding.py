"""Find imports."""

from __future__ import annotations

from uuid import UUID

from services.customers.imports.domain.imports import Import
from services.customers.imports.errors import NoSuchImport
from services.customers.imports.repository import files as repository
from shared.database.transaction import Tx


async def find_import(tx: Tx, import_id: UUID, *, lock: bool = False) -> Import:
    """One import. Raises NoSuchImport."""
    made = await repository.import_of(tx, import_id, lock=lock)
    if made is None:
        raise NoSuchImport("There is no such import.", cure="Look at GET /imports.", where="path:import_id")
    return made


async def list_imports(tx: Tx, before: UUID | None, limit: int) -> list[Import]:
    """The newest first: who brought which file, and when."""
    return await repository.page_of_imports(tx, before, limit)
