"""SQL of statements about consent on their way to privacy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.customers.stores import deleted
from shared.database.transaction import Tx

State = Literal["waiting", "sent", "refused", "annulling", "annulled"]
_ADD = """
    insert into import_consents (import_id, row, rule, customer_id, place, granted, state)
    select :import_id, row, rule, customer_id, place, granted, 'waiting'
    from unnest(cast(:rows as bigint[]), cast(:rules as smallint[]), cast(:ids as uuid[]), cast(:places as bigint[]),
                cast(:granted as boolean[])) as t(row, rule, customer_id, place, granted)
    on conflict do nothing
"""
# Of one import at a time: the oldest. The state stands in the statement, so that the index of what waits serves.
_NEXT = """
    select import_id, row, rule, customer_id, place, granted from import_consents
    where state = '{state}' and import_id = (
        select import_id from import_consents where state = '{state}' order by import_id limit 1)
    order by row, rule limit :limit
"""
_MOVE = """
    update import_consents c set state = n.state
    from unnest(cast(:rows as bigint[]), cast(:rules as smallint[]), cast(:states as text[])) as n(row, rule, state)
    where c.import_id = :import_id and c.row = n.row and c.rule = n.rule and c.state = :before
"""
_COUNTS = "select state, count(*) as rows from import_consents where import_id = :id group by state"
_TAKE_BACK = """
    update import_consents set state = 'annulling' where import_id = :id and granted and state = 'sent'
"""
# What an erasure deletes here.
STORES = deleted("import_consents")


class Waiting(NamedTuple):
    """What one row says by one rule, and of whom."""

    import_id: UUID
    row: int
    rule: int
    customer_id: UUID
    place: int
    granted: bool


async def add_waiting(tx: Tx, import_id: UUID, waiting: Sequence[Waiting]) -> None:
    """These are to be told to privacy."""
    if waiting:
        params: dict[str, Any] = {
            "rows": [one.row for one in waiting],
            "rules": [one.rule for one in waiting],
            "ids": [one.customer_id for one in waiting],
            "places": [one.place for one in waiting],
            "granted": [one.granted for one in waiting],
        }
        await tx.execute(_ADD, {"import_id": import_id, **params})


async def next_of(tx: Tx, state: State, limit: int) -> list[Waiting]:
    """The next of one import in that state."""
    return [Waiting(**row) for row in await tx.rows(_NEXT.format(state=state), {"limit": limit})]


async def is_anything_waiting(tx: Tx) -> bool:
    """Whether there is something to tell, or to annul."""
    found = "select exists (select from import_consents where state in ('waiting', 'annulling'))"
    return bool(await tx.value(found))


async def move(tx: Tx, waiting: Sequence[Waiting], before: State, after: Sequence[State]) -> None:
    """Each of one import is in its new state, if it was still in the one before."""
    await tx.execute(
        _MOVE,
        {
            "import_id": waiting[0].import_id,
            "rows": [one.row for one in waiting],
            "rules": [one.rule for one in waiting],
            "states": list(after),
            "before": before,
        },
    )


async def counts_of(tx: Tx, import_id: UUID) -> dict[str, int]:
    """How many are in which state."""
    return {row["state"]: row["rows"] for row in await tx.rows(_COUNTS, {"id": import_id})}


async def take_back(tx: Tx, import_id: UUID) -> None:
    """Its grants are to be annulled; what was not told yet is not told any more."""
    await tx.execute("delete from import_consents where import_id = :id and state = 'waiting'", {"id": import_id})
    await tx.execute(_TAKE_BACK, {"id": import_id})
