"""Read and write lists, and read our own list for export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from services.privacy.suppression_lists.domain import Algorithm, Entry, Exported, SuppressionList
from shared.database.transaction import Tx

_ADD = text("""
    insert into suppression_list_entries (digest, channel, algorithm, list, added_at, added_by)
    select digest, :channel, :algorithm, :list, :now, :added_by
    from unnest(cast(:digests as text[])) as t(digest) order by digest
    on conflict do nothing
""")
_LISTED = text("""
    select distinct e.algorithm, e.digest, e.channel from suppression_list_entries e
    join unnest(cast(:algorithms as text[]), cast(:digests as text[]), cast(:channels as text[]))
         as t(algorithm, digest, channel) using (algorithm, digest, channel)
""")
_LISTS = text("""
    select list as name, count(*) as entries, min(added_at) as added_at, min(added_by) as added_by
    from suppression_list_entries group by 1 order by 1
""")
_DELETE = text("delete from suppression_list_entries where list = :list")
_EXPORT = text("""
    select fingerprint, channel, reason, since from suppressions
    where (cast(:fingerprint as text) is null or (fingerprint, channel, reason) > (:fingerprint, :channel, :reason))
    order by fingerprint, channel, reason limit :limit
""")


async def add(tx: Tx, name: str, algorithm: Algorithm, channel: str, digests: Iterable[str], added_by: str) -> int:
    """These stand on the list; returns how many are new."""
    wanted = {"digests": sorted(set(digests)), "channel": channel, "algorithm": algorithm.value, "list": name}
    return (await tx.execute(_ADD, {**wanted, "now": tx.now, "added_by": added_by})).rowcount


async def listed(tx: Tx, entries: Iterable[Entry]) -> set[Entry]:
    """Those of these that stand on some list."""
    wanted = list(set(entries))
    columns = {
        "algorithms": [entry.algorithm.value for entry in wanted],
        "digests": [entry.digest for entry in wanted],
        "channels": [entry.channel for entry in wanted],
    }
    rows = await tx.rows(_LISTED, columns)
    return {Entry(Algorithm(row["algorithm"]), row["digest"], row["channel"]) for row in rows}


async def lists(tx: Tx) -> list[SuppressionList]:
    """Every list, by name."""
    return [SuppressionList(**row) for row in await tx.rows(_LISTS)]


async def delete(tx: Tx, name: str) -> int:
    """The list is gone; returns how many entries it had."""
    return (await tx.execute(_DELETE, {"list": name})).rowcount


async def export(tx: Tx, after: Sequence[str] | None, limit: int) -> list[Exported]:
    """The next entries of our own list."""
    fingerprint, channel, reason = after or (None, None, None)
    wanted = {"fingerprint": fingerprint, "channel": channel, "reason": reason, "limit": limit}
    return [Exported(**row) for row in await tx.rows(_EXPORT, wanted)]
