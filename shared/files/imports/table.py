"""SQL of a service's table `imports`: the files, and how far each is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx
from shared.files.errors import NoSuchImport
from shared.files.imports.domain import FileImport
from shared.files.mapping import MappedColumn
from shared.files.sheets import Sheet

M = TypeVar("M", bound=FileImport)
_FIXED = ("import_id", "file_name", "sha256", "size", "sheet", "created_at", "created_by")
_MOVING = ("mapping", "state", "started_at", "started_by", "finished_at", "failure", "position", "place")
_JSON = ("sheet", "mapping")
# In these the worker is at it.
_BUSY = "('checking', 'running', 'undoing')"
# In these the file is needed.
_READING = "('checking', 'running', 'paused')"
_OUTDATED = f"""
    select import_id from imports
    where (created_at < :before or erase_file) and file_deleted_at is null and state not in {_READING}
    order by created_at limit 100
"""
_SAME_FILE = """
    select import_id from imports where sha256 = :sha256 and state in ('running', 'done') and import_id <> :import_id
    order by import_id desc limit 1
"""


class ImportTable(Generic[M]):
    """The imports of one service.

    `plain` and `as_json` are the columns that only this service's table has, `written` and `read` turn what is in them
    from an import and into its fields. `at_first` gives columns that are filled elsewhere what they begin with.
    `clear_examples` deletes examples of what the rows of an import come to; `named_in` is the table that says whose its
    rows are.
    """

    def __init__(
        self,
        kind: type[M],
        *,
        plain: Sequence[str],
        as_json: Sequence[str],
        written: Callable[[M], Mapping[str, Any]],
        read: Callable[[dict[str, Any]], dict[str, Any]],
        clear_examples: Callable[[Tx, UUID], Awaitable[None]],
        named_in: str,
        at_first: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.kind, self.clear_examples = kind, clear_examples
        self._written, self._read, self._json = written, read, {*_JSON, *as_json}
        moving = (*_MOVING, *plain, *as_json)
        columns = (*_FIXED, *moving)
        self._columns = ", ".join(columns)
        values = {name: self._bound(name) for name in columns} | {
            name: f"'{value}'" for name, value in at_first.items()
        }
        self._add = f"insert into imports ({', '.join(values)}) values ({', '.join(values.values())})"
        changes = ", ".join(f"{name} = {self._bound(name)}" for name in moving)
        self._save = f"update imports set {changes} where import_id = :import_id"
        self._erase_files = f"""
            update imports i set erase_file = true where i.file_deleted_at is null and exists (
                select from {named_in} n where n.import_id = i.import_id and n.customer_id = any(cast(:ids as uuid[])))
        """

    async def add(self, tx: Tx, made: M) -> None:
        """Keep that a file has come."""
        await tx.execute(self._add, {**self._params(made, _FIXED), **self._params(made, _MOVING), **self._own(made)})

    async def save(self, tx: Tx, made: M) -> M:
        """Write everything of it that changes; the import."""
        await tx.execute(self._save, {"import_id": made.import_id, **self._params(made, _MOVING), **self._own(made)})
        return made

    async def of(self, tx: Tx, import_id: UUID, *, lock: bool = False) -> M | None:
        """One import."""
        return await self._first(tx, f"where import_id = :id{' for update' if lock else ''}", {"id": import_id})

    async def find(self, tx: Tx, import_id: UUID, *, lock: bool = False) -> M:
        """One import. Raises NoSuchImport."""
        made = await self.of(tx, import_id, lock=lock)
        if made is None:
            raise NoSuchImport("There is no such import.", cure="Look at GET /imports.", where="path:import_id")
        return made

    async def page(self, tx: Tx, before: UUID | None, limit: int) -> list[M]:
        """The newest first."""
        page = (
            f"select {self._columns} from imports where (cast(:before as uuid) is null or import_id < :before) "
            "order by import_id desc limit :limit"
        )
        return [self._import(dict(row)) for row in await tx.rows(page, {"before": before, "limit": limit})]

    async def busy(self, tx: Tx) -> M | None:
        """The oldest that the worker is to go on with, locked; not one that another worker is at."""
        return await self._first(
            tx,
            f"where state in {_BUSY} order by import_id limit 1 for update skip locked",
            {},
        )

    async def same_file(self, tx: Tx, made: M) -> UUID | None:
        """Another import of the same bytes that was started and not taken back."""
        found: UUID | None = await tx.value(_SAME_FILE, {"sha256": made.sha256, "import_id": made.import_id})
        return found

    async def outdated(self, tx: Tx, before: datetime) -> list[UUID]:
        """Imports from before then, or with somebody who was erased, whose files are still there and are not read."""
        return [row["import_id"] for row in await tx.rows(_OUTDATED, {"before": before})]

    async def erase_files(self, tx: Tx, ids: Sequence[UUID]) -> None:
        """The files with rows of these customers are to be deleted before their days."""
        await tx.execute(self._erase_files, {"ids": list(ids)})

    async def mark_deleted(self, tx: Tx, import_id: UUID, at: datetime) -> None:
        """The file is gone, and the examples with it."""
        await self.clear_examples(tx, import_id)
        await tx.execute("update imports set file_deleted_at = :at where import_id = :id", {"id": import_id, "at": at})

    async def _first(self, tx: Tx, which: str, params: Mapping[str, Any]) -> M | None:
        row = await tx.row(f"select {self._columns} from imports {which}", params)
        return self._import(dict(row)) if row else None

    def _import(self, row: dict[str, Any]) -> M:
        values = {name: from_jsonb(value) if name in self._json else value for name, value in row.items()}
        kept = {name: values.pop(name) for name in (*_FIXED, *_MOVING)}
        mapping = kept.pop("mapping")
        return self.kind(
            **kept | {"sheet": Sheet(**kept["sheet"])},
            mapping=None if mapping is None else [MappedColumn(**column) for column in mapping],
            **self._read(values),
        )

    def _params(self, made: M, names: Sequence[str]) -> dict[str, Any]:
        values = {name: getattr(made, name) for name in names}
        if "sheet" in values:
            values["sheet"] = to_jsonb(asdict(made.sheet))
        if values.get("mapping") is not None:
            values["mapping"] = to_jsonb([asdict(column) for column in values["mapping"]])
        return values

    def _own(self, made: M) -> dict[str, Any]:
        return {
            name: to_jsonb(value) if name in self._json and value is not None else value
            for name, value in self._written(made).items()
        }

    def _bound(self, name: str) -> str:
        return f"cast(:{name} as jsonb)" if name in self._json else f":{name}"
