"""SQL of mappings that are kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.customers.imports.domain.saved import SavedMapping
from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx
from shared.files.mapping import MappedColumn
from shared.ids import new_id

_COLUMNS = "name, headings, mapping, saved_at, saved_by"
_SAVE = """
    insert into import_mappings (mapping_id, name, headings, mapping, saved_at, saved_by)
    values (:id, :name, :headings, cast(:mapping as jsonb), :saved_at, :saved_by)
    on conflict {target} do update set headings = excluded.headings, mapping = excluded.mapping,
        saved_at = excluded.saved_at, saved_by = excluded.saved_by
"""
_SAVE_NAMED = _SAVE.format(target="(name) where name is not null")
_SAVE_LAST = _SAVE.format(target="(headings) where name is null")
_PAGE = f"""
    select {_COLUMNS} from import_mappings
    where name is not null and (cast(:after as text) is null or name > :after) order by name limit :limit
"""


async def save_mapping(tx: Tx, saved: SavedMapping) -> None:
    """Keep it in place of the one before."""
    params = {name: getattr(saved, name) for name in ("name", "headings", "saved_at", "saved_by")}
    mapping = to_jsonb([asdict(mapped) for mapped in saved.mapping])
    await tx.execute(_SAVE_LAST if saved.name is None else _SAVE_NAMED, {"id": new_id(), "mapping": mapping, **params})


async def mapping_named(tx: Tx, name: str) -> SavedMapping | None:
    """The one that is kept under that name."""
    row = await tx.row(f"select {_COLUMNS} from import_mappings where name = :name", {"name": name})
    return _saved(dict(row)) if row else None


async def mapping_for(tx: Tx, headings: str) -> SavedMapping | None:
    """That of the last import of a file with these headings."""
    found = f"select {_COLUMNS} from import_mappings where headings = :headings and name is null"
    row = await tx.row(found, {"headings": headings})
    return _saved(dict(row)) if row else None


async def page_of_mappings(tx: Tx, after: str | None, limit: int) -> list[SavedMapping]:
    """Those with a name, in the order of names."""
    return [_saved(dict(row)) for row in await tx.rows(_PAGE, {"after": after, "limit": limit})]


async def delete_mapping(tx: Tx, name: str) -> bool:
    """Whether there was one of that name."""
    return bool((await tx.execute("delete from import_mappings where name = :name", {"name": name})).rowcount)


def _saved(row: dict[str, Any]) -> SavedMapping:
    mapping = from_jsonb(row.pop("mapping"))
    return SavedMapping(**row, mapping=[MappedColumn(**mapped) for mapped in mapping])
