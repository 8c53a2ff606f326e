"""Searches every table of every service for what named an erased person: outside of what services call their stores."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from tests.faults.records import Evidence

_COLUMNS = """
    select c.relname, a.attname, a.atttypid = 'bytea'::regtype as bytes
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    order by 1, 2
"""


async def traces_of(seen: Evidence, databases: dict[str, str]) -> list[str]:
    """`service.table.column` with the person, for each place at which an erased person's name or address is found."""
    people = _erased_people(seen)
    if not people:
        return []
    # Ids of messages and steps begin with the person's name and go on with a hyphen; they are the publisher's.
    pattern = rf"\y({'|'.join(map(re.escape, people))})\y(?!-)"
    places = []
    for service, url in databases.items():
        connection = await asyncpg.connect(url, server_settings={"default_transaction_read_only": "on"})
        try:
            for table, column, bytes_ in await connection.fetch(_COLUMNS):
                found = await _in(connection, table, column, bytes_, pattern)
                places += [f"{service}.{table}.{column}: {who}" for who in found]
        finally:
            await connection.close()
    return sorted(set(places))


async def _in(connection: Any, table: str, column: str, bytes_: bool, pattern: str) -> set[str]:
    text = f"encode(\"{column}\", 'escape')" if bytes_ else f'"{column}"::text'
    rows = await connection.fetch(
        f'select distinct (regexp_match({text}, $1))[1] from "{table}" where {text} ~ $1', pattern
    )
    return {str(row[0]) for row in rows}


def _erased_people(seen: Evidence) -> list[str]:
    """Those whose erasure was confirmed, and who did nothing since."""
    ended = {row["who"]: row["ended"] for row in seen.history if row["op"] == "erase" and row["outcome"] == "ok"}
    again = {row["who"] for row in seen.history if row["who"] in ended and row["ended"] > ended[row["who"]]}
    return sorted(ended.keys() - again)
