"""SQL of the last comparison."""

from __future__ import annotations

from sqlalchemy import text

from shared.database.transaction import Tx

# A restored database has another server start (a copy of the files, a standby) or another file of this very table (a
# dump that was loaded). Both are also so after an ordinary restart: then there is little to compare.
_IDENTITY = """
    (extract(epoch from pg_postmaster_start_time())::text || '/' || pg_relation_filenode('ledger_checks')::text)
"""
_OTHER = text(f"select 1 from ledger_checks where identity <> {_IDENTITY}")
_SEEN = text(f"select seen_ms, identity = {_IDENTITY} as same from ledger_checks")
_STORE = text(f"""
    insert into ledger_checks (id, identity, seen_ms) values (1, {_IDENTITY}, :seen_ms)
    on conflict (id) do update set identity = excluded.identity, seen_ms = excluded.seen_ms
""")
_KNOWN = text("select event_id from outbox where event_id = any(cast(:ids as uuid[]))")


async def is_another(tx: Tx) -> bool:
    """Is this another database than the one that was compared? False when none ever was."""
    return await tx.value(_OTHER) is not None


async def last_seen(tx: Tx) -> tuple[int, bool] | None:
    """When somebody last looked (the machine's milliseconds), and whether that was at this very database."""
    row = await tx.row(_SEEN)
    return None if row is None else (row["seen_ms"], row["same"])


async def store_seen(tx: Tx, seen_ms: int) -> None:
    """This database was looked at, and has forgotten nothing."""
    await tx.execute(_STORE, {"seen_ms": seen_ms})


async def known_events(tx: Tx, ids: list[object]) -> set[object]:
    """Those of these events that the database knows to have emitted."""
    return {row["event_id"] for row in await tx.rows(_KNOWN, {"ids": ids})}
