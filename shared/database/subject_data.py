"""Everything that this database keeps about one person, for whoever asks what is kept about them (GDPR article 15).

No list has to be kept: every table with a column `customer_id` takes part, also one that is added tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx
from shared.errors import TooLarge

# Rows of one answer. More than this is no person but a till.
MOST_ROWS = 200_000
# Bytes (packed states, sealed values) say nothing to anybody who reads them. Of a partitioned table the parts are seen
# by way of the whole.
_TABLES = text("""
    select c.relname as name,
           array_agg(a.attname order by a.attnum) filter (where a.atttypid <> cast('bytea' as regtype)) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
    group by c.relname
    having bool_or(a.attname = 'customer_id' and a.atttypid = cast('uuid' as regtype))
    order by c.relname
""")


class TooMuchData(TooLarge):
    """More rows than belong to one person."""

    slug, title = "too-much-data", "Too many rows are kept about this customer"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table, each as the text of a JSON object."""

    name: str
    rows: tuple[str, ...]


async def subject_data(tx: Tx, customer_ids: Iterable[UUID]) -> list[Part]:
    """What every table keeps about these ids of one person; tables that keep nothing are left out. Raises
    TooMuchData."""
    ids = sorted(set(customer_ids))
    parts, left = [], MOST_ROWS
    for table in await tx.rows(_TABLES):
        columns = ", ".join(f'"{column}"' for column in table["columns"])
        rows = await tx.rows(
            f"""select cast(to_jsonb(x) as text) as row
                from (select {columns} from "{table["name"]}" where customer_id = any(cast(:ids as uuid[]))) as x
                limit :most""",
            {"ids": ids, "most": left + 1},
        )
        left -= len(rows)
        if left < 0:
            raise TooMuchData(f"More than {MOST_ROWS} rows are kept about this customer.", cure="Ask an operator.")
        if rows:
            parts.append(Part(table["name"], tuple(row["row"] for row in rows)))
    return parts
