"""Names and types of the attributes that profiles have shown."""

from __future__ import annotations

from sqlalchemy import text

from shared.database.transaction import Tx

_LEARN = text("""
    insert into attributes (name, type, seen_at)
    select name, type, :now from unnest(cast(:names as text[]), cast(:types as text[])) as t(name, type)
    on conflict (name) do update set type = excluded.type, seen_at = excluded.seen_at
    where attributes.type <> excluded.type
""")


async def learn_attributes(tx: Tx, types: dict[str, str]) -> None:
    """Remember names and types of attributes, as they were seen."""
    if types:
        await tx.execute(_LEARN, {"names": list(types), "types": list(types.values()), "now": tx.now})


async def known_attributes(tx: Tx) -> dict[str, str]:
    """Type by name of every attribute that was ever seen."""
    return {row["name"]: row["type"] for row in await tx.rows("select name, type from attributes")}
