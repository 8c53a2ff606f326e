"""Keep mappings for the next file of the same kind."""

from __future__ import annotations

from services.customers.attributes.repository import load_definitions
from services.customers.imports.domain.imports import Import
from services.customers.imports.domain.mapping import faults_of
from services.customers.imports.domain.saved import SavedMapping, headings_of
from services.customers.imports.errors import NoSuchMapping
from services.customers.imports.repository import saved as repository
from shared.database.transaction import Tx
from shared.files.imports.steering import refuse_faults
from shared.files.mapping import Mapped


async def keep_named(tx: Tx, name: str, mapping: Mapped, *, by: str) -> SavedMapping:
    """It is kept under that name, in place of the one before. Raises InvalidMapping."""
    columns = [mapped.column for mapped in mapping]
    refuse_faults(mapping, faults_of(mapping, columns, {}, await load_definitions(tx)))
    kept = SavedMapping(name, headings_of(columns), list(mapping), tx.now, by)
    await repository.save_mapping(tx, kept)
    return kept


async def keep_last(tx: Tx, made: Import, *, by: str) -> None:
    """The next file with these headings is understood like this one."""
    last = SavedMapping(None, headings_of(made.sheet.columns), made.mapping or (), tx.now, by)
    await repository.save_mapping(tx, last)


async def find_named(tx: Tx, name: str) -> SavedMapping:
    """The mapping of that name. Raises NoSuchMapping."""
    kept = await repository.mapping_named(tx, name)
    if kept is None:
        raise _unknown()
    return kept


async def list_named(tx: Tx, after: str | None, limit: int) -> list[SavedMapping]:
    """Those that were kept, in the order of their names."""
    return await repository.page_of_mappings(tx, after, limit)


async def forget_named(tx: Tx, name: str) -> None:
    """It is kept no longer. Raises NoSuchMapping."""
    if not await repository.delete_mapping(tx, name):
        raise _unknown()


def _unknown() -> NoSuchMapping:
    return NoSuchMapping("No mapping is kept under this name.", cure="Look at GET /import-mappings.", where="path:name")
