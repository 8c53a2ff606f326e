"""From which generation on an identifier derives a new customer: the copy of what customers says was retired.

A generation only grows; an identifier that was never retired is at 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text, text

from shared.contracts.customers import IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.database.transaction import Tx

_RAISE = text("""
    insert into generations as g (fingerprint, generation, changed_at)
    select fingerprint, generation, :now
    from unnest(cast(:fingerprints as text[]), cast(:generations as int[])) as t(fingerprint, generation) order by 1
    on conflict (fingerprint) do update
    set generation = excluded.generation, changed_at = excluded.changed_at
    where g.generation < excluded.generation
""")
_OF = text("select fingerprint, generation from generations where fingerprint = any(cast(:fingerprints as text[]))")
_SINCE = text("""
    select fingerprint, generation, changed_at from generations where changed_at >= :since order by changed_at
""")


def generations_table(metadata: MetaData) -> Table:
    """The table as it is declared beside a service's other tables."""
    return Table(
        "generations",
        metadata,
        Column("fingerprint", Text, primary_key=True),
        Column("generation", Integer, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("generations_changed_at", "changed_at"),
    )


def newest_generations(events: Iterable[Envelope[IdentifierRetired]]) -> dict[str, int]:
    """By fingerprint, the highest generation that these events tell."""
    generations: dict[str, int] = {}
    for event in events:
        retired = event.data
        generations[retired.fingerprint] = max(retired.generation, generations.get(retired.fingerprint, 0))
    return generations


async def raise_generations(tx: Tx, retired: Sequence[Envelope[IdentifierRetired]]) -> None:
    """From now on each of these identifiers derives a customer of at least its generation."""
    found = newest_generations(retired)
    params = {"fingerprints": list(found), "generations": list(found.values()), "now": tx.now}
    await tx.execute(_RAISE, params)


async def generations_of(tx: Tx, fingerprints: Iterable[str]) -> dict[str, int]:
    """The generation of each of these fingerprints that was ever retired."""
    wanted = sorted(set(fingerprints))
    if not wanted:
        return {}
    return {row["fingerprint"]: row["generation"] for row in await tx.rows(_OF, {"fingerprints": wanted})}


async def generations_since(tx: Tx, since: datetime) -> list[tuple[str, int, datetime]]:
    """(fingerprint, generation, changed_at) of what was retired at or after `since`, in that order."""
    rows = await tx.rows(_SINCE, {"since": since})
    return [(row["fingerprint"], row["generation"], row["changed_at"]) for row in rows]
