"""Every table in which a customer's id stands: found in the database itself, filled, and searched after an erasure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

# Columns that name a customer, wherever they stand; every other uuid is listed below. A new name is in neither, and the
# test fails until somebody has said what it is.
CUSTOMERS = frozenset(
    {"customer_id", "current_id", "merged_into", "owner_id", "absorbed", "survivor", "old", "current", "old_id",
     "other_id", "covers", "aliases", "second_selves"}
)  # fmt: skip
OTHERS = frozenset(
    {"id", "at", "done_to", "position", "cause", "salt", "run_id", "entry_id", "event_id", "frozen_after",
     "refresh_id", "change_id", "import_id", "identifier_id", "candidate_id", "merge_id", "request_id",
     "campaign_id", "message_id", "permit_id", "terms_id", "segment_id", "list_id", "journey_id", "traveller_id",
     "seed", "filled_after", "mapping_id", "notice_id", "notice_ids", "signup_id", "fit_id", "rfm_fit",
     "value_fit", "duplicate_id", "relation_id", "consent_id", "erasure_id", "export_id", "visitor_id",
     "interaction_id", "case_id", "hold_id"}
)  # fmt: skip
# Ids of what was said stand there, with nothing else of a person: versions go on counting, and what was emitted was.
KERNEL = frozenset({"subjects", "outbox"})
_COLUMNS = """
    select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
           a.attnotnull and not a.atthasdef and a.attidentity = '' as needed,
           a.attgenerated <> '' or a.attidentity = 'a' as made
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
      and c.relname <> 'alembic_version'
    order by 1, a.attnum
"""
_CHECKS = """
    select conrelid::regclass::text as table, pg_get_constraintdef(oid) as rule from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace and conrelid <> 0
"""
_ONE_OF = re.compile(r"\((\w+) = ANY \(ARRAY\['([^']*)'")
_FILLED_WITH = {
    "uuid": "gen_random_uuid()", "text": "'x'", "character varying": "'x'", "boolean": "false", "bytea": "'\\x00'",
    "timestamp with time zone": "now()", "date": "current_date", "jsonb": "'{}'", "interval": "'1 day'",
}  # fmt: skip


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@dataclass
class Stores:
    """The tables of one database. `kept` names tables, and `table.column`s, that keep the id, each with its reason;
    `values` are SQL (`:customer` is the id) for columns whose rules nobody could guess, by table, or by the
    `table.column` in which the id stands."""

    url: str
    kept: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    async def fill(self, customer: UUID) -> list[str]:
        """A row for each column that can name the customer; the columns, as `table.column`."""
        filled = []
        async with _connected(self.url) as connection:
            await connection.execute("set session_replication_role = replica")
            checks = {(row["table"], m[1]): m[2] for row in await connection.fetch(_CHECKS)
                      if (m := _ONE_OF.search(row["rule"]))}  # fmt: skip
            for table, columns in (await self._tables(connection)).items():
                for column in [c["column"] for c in columns if c["type"] == "uuid" and c["column"] in CUSTOMERS]:
                    values = {
                        c["column"]: self._value(table, c, checks, column, customer) for c in columns
                        if not c["made"] and (c["needed"] or c["column"] in self._own(table, column))
                    }  # fmt: skip
                    values[column] = f"'{customer}'"
                    names = ", ".join(f'"{name}"' for name in values)
                    await connection.execute(f'insert into "{table}" ({names}) values ({", ".join(values.values())})')
                    filled.append(f"{table}.{column}")
        return filled

    async def found(self, customer: UUID) -> list[str]:
        """Where the id stands now, without what is kept."""
        places = []
        async with _connected(self.url) as connection:
            for table, columns in (await self._tables(connection)).items():
                for column in columns:
                    name, array = column["column"], column["type"] == "uuid[]"
                    if not column["type"].startswith("uuid") or f"{table}.{name}" in self.kept:
                        continue
                    where = f'$1 = any("{name}")' if array else f'"{name}" = $1'
                    if await connection.fetchval(f'select exists (select from "{table}" where {where})', customer):
                        places.append(f"{table}.{name}")
        return places

    async def unknown(self) -> list[str]:
        """Columns of ids of which nobody has said whether they name a customer."""
        async with _connected(self.url) as connection:
            rows = await connection.fetch(_COLUMNS)
        return [
            f"{row['table']}.{row['column']}" for row in rows
            if row["type"].startswith("uuid") and row["column"] not in CUSTOMERS | OTHERS and row["table"] not in KERNEL
        ]  # fmt: skip

    def _own(self, table: str, of: str) -> Mapping[str, str]:
        return {**self.values.get(table, {}), **self.values.get(f"{table}.{of}", {})}

    def _value(self, table: str, column: Any, checks: Mapping[tuple[str, str], str], of: str, customer: UUID) -> str:
        name, type = column["column"], column["type"]
        own = self._own(table, of)
        if name in own:
            return own[name].replace(":customer", f"'{customer}'")
        if (table, name) in checks:
            return f"'{checks[table, name]}'"
        if type.endswith("[]"):
            return "'{}'"
        return _FILLED_WITH.get(type, "1")

    async def _tables(self, connection: Any) -> dict[str, list[Any]]:
        tables = defaultdict(list)
        for row in await connection.fetch(_COLUMNS):
            if row["table"] not in KERNEL and row["table"] not in self.kept:
                tables[row["table"]].append(row)
        return tables
