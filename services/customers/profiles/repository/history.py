"""SQL of the history: what was changed, when and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customers.profiles.domain.history import Change
from shared.customers.stores import deleted
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_ADD = """
    insert into changes (customer_id, change_id, version, at, by, cause, what)
    select customer_id, change_id, version, at, by, cause, cast(what as jsonb)
    from unnest(cast(:customer_id as uuid[]), cast(:change_id as uuid[]), cast(:version as bigint[]),
                cast(:at as timestamptz[]), cast(:by as text[]), cast(:cause as uuid[]), cast(:what as text[]))
         as t(customer_id, change_id, version, at, by, cause, what)
"""
_PAGE = """
    select customer_id, change_id, version, at, by, cause, what from changes
    where customer_id = any(cast(:ids as uuid[])) and (cast(:before as uuid) is null or change_id < :before)
    order by change_id desc limit :limit
"""
_FORGET = """
    update changes set what = what - cast(:name as text)
    where customer_id = any(cast(:ids as uuid[])) and at < :cutoff and jsonb_exists(what, :name)
"""
# What an erasure deletes here.
STORES = deleted("changes")


async def add_changes(tx: Tx, changes: Sequence[Change]) -> None:
    """Append changes to the history."""
    if not changes:
        return
    names = ("customer_id", "change_id", "version", "at", "by", "cause")
    params: dict[str, Any] = {name: [getattr(change, name) for change in changes] for name in names}
    await tx.execute(_ADD, {**params, "what": [to_jsonb(change.what) for change in changes]})


async def copy_changes(tx: Tx, changes: Sequence[Change]) -> None:
    """The same for many, by COPY."""
    if changes:
        rows = [
            (one.customer_id, one.change_id, one.version, one.at, one.by, one.cause, to_jsonb(one.what))
            for one in changes
        ]
        await tx.copy("changes", ("customer_id", "change_id", "version", "at", "by", "cause", "what"), rows)


async def page_of_changes(tx: Tx, ids: Sequence[UUID], before: UUID | None, limit: int) -> list[Change]:
    """The newest first, of all the ids of a customer."""
    rows = await tx.rows(_PAGE, {"ids": list(ids), "before": before, "limit": limit})
    return [Change(**row) for row in rows]


async def forget_in_history(tx: Tx, name: str, ids: Sequence[UUID], cutoff: datetime) -> None:
    """Values of attribute `name` from before `cutoff` are no longer in the history of those ids."""
    await tx.execute(_FORGET, {"name": name, "ids": list(ids), "cutoff": cutoff})
