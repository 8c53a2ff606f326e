"""A year of many customers, made by the database server itself: what a new segment is asked of.

Facts lie in the order of their recording, as the stream writes them: the facts of one customer are spread over the
whole table. In the order of customers they would be easier to collect than they really are.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.analytics.identity.domain import partition_of
from services.analytics.segments.domain.engine import History, advance, blank, encode
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.service.programs import Compiled
from tests.bench.ground import Site

DAYS = 360
_CHUNK = 50_000
_WRITERS = 2
# The customer of `customer_of`; half of all facts are purchases. Each writer makes every so-many-th moment.
_FACTS = f"""
    insert into facts (customer_id, time, event_id, line, event, recorded_at, amount, items, channel)
    select md5(floor(random() * $1)::bigint::text)::uuid, at, gen_random_uuid(), 0, kind, at,
           case kind when 'purchase' then 100 + (random() * 5000)::int end, 1, 'web'
    from (select now() - interval '{DAYS} days' * (1 - n::float8 / $2) as at,
                 case when random() < 0.5 then 'purchase' else 'contact' end as kind
          from generate_series($3::bigint, $2::bigint - 1, {_WRITERS}) as n) as made
"""
_INDEXES = """
    select case when c.conname is null then format('drop index %s', x.indexrelid::regclass)
           else format('alter table facts drop constraint %I', c.conname) end as drop,
           case when c.conname is null then replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON ')
           else format('alter table facts add constraint %I %s', c.conname, pg_get_constraintdef(c.oid)) end as make
    from pg_index x left join pg_constraint c on c.conindid = x.indexrelid
    where x.indrelid = 'facts'::regclass
"""


def customer_of(number: int) -> UUID:
    """The id of customer `number`; the server makes the same one."""
    return UUID(bytes=hashlib.md5(str(number).encode(), usedforsecurity=False).digest())


async def store_history(site: Site, compiled: Compiled, customers: int, facts: int) -> None:
    """So many customers who are known, and facts of theirs of the last `DAYS` days."""
    begun = from_datetime(datetime.now(UTC))
    raw = encode(compiled.program, advance(compiled.program, blank("any"), begun, (), History()).state)
    async with site.database("analytics") as database:
        for start in range(0, customers, _CHUNK):
            ids = map(customer_of, range(start, min(start + _CHUNK, customers)))
            rows = [(id, partition_of(id), raw, None, compiled.revision) for id in ids]
            await database.copy_records_to_table("states", records=rows)
        await _without_indexes(site, database, customers, facts)
        for table in ("facts", "states"):
            await database.execute(f"vacuum analyze {table}")


async def _without_indexes(site: Site, database: Any, customers: int, facts: int) -> None:
    """An index that is made afterwards costs a third of one that grows with each row."""
    indexes = await database.fetch(_INDEXES)
    for one in indexes:
        await database.execute(one["drop"])
    await asyncio.gather(*(_write(site, customers, facts, writer) for writer in range(_WRITERS)))
    await database.execute("set maintenance_work_mem = '512MB'")
    for one in indexes:
        await database.execute(one["make"])
    await database.execute("reset maintenance_work_mem")


async def _write(site: Site, customers: int, facts: int, writer: int) -> None:
    async with site.database("analytics") as database:
        await database.execute(_FACTS, customers, facts, writer)
