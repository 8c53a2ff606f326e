"""Which tables have changed so much that the planner's statistics of them are wrong, and new ones.

Autovacuum comes once a minute, never to a partitioned table as a whole, and never to one with fewer than 50 changed
rows: of a table that it never saw the planner assumes ten pages. An empty `merges` taken for a thousand rows made a
preview of 600 customers take 5 s instead of 0.05 (measured).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.database.transaction import Tx

TABLES = ("facts", "profiles", "consents", "scores", "list_members", "merges", "states", "memberships", "fills")
"""What previews and back-fills read."""

# A fifth changed, as a plan turns on orders of magnitude; a hundred rows, so that small tables are not asked for ever.
_STALE = text("""
    select whole.relname
    from pg_class whole
    join pg_class part on part.oid = whole.oid
        or part.oid in (select i.inhrelid from pg_inherits i where i.inhparent = whole.oid)
    left join pg_stat_user_tables s on s.relid = part.oid
    where whole.relnamespace = to_regnamespace('public') and whole.relname = any(cast(:tables as text[]))
    group by whole.relname
    having min(part.reltuples) < 0
        or sum(coalesce(s.n_mod_since_analyze, 0)) filter (where part.relkind = 'r')
           > 100 + 0.2 * coalesce(sum(part.reltuples) filter (where part.relkind = 'r'), 0)
    order by whole.relname
""")
# One process at a time: the others would wait for its locks, and find nothing left to do.
_ALONE = text("select pg_try_advisory_xact_lock(hashtext('analytics.statistics'))")


async def stale(tx: Tx) -> list[str]:
    """The tables of which the planner knows nothing, or something long past."""
    return [row["relname"] for row in await tx.rows(_STALE, {"tables": list(TABLES)})]


async def alone(tx: Tx) -> bool:
    """Whether this transaction may do it; False while another one does."""
    return bool(await tx.value(_ALONE))


async def analyze(tx: Tx, tables: Sequence[str]) -> None:
    """New statistics of these tables: a sample of each, some tenths of a second for millions of rows."""
    await tx.execute(f"analyze {', '.join(tables)}")
