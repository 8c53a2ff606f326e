"""SQL of the firm's own definitions, and of the refreshes that a changed definition asks for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.customers.attributes.domain.catalogue import catalogue
from services.customers.attributes.domain.definitions import Definition, Definitions, Refresh
from shared.database.transaction import Tx

_COLUMNS = "name, label, type, applies_to, allowed, purpose, personal, segmentable, retention_days"
_PUT = f"""
    insert into attribute_definitions ({_COLUMNS}, changed_at, changed_by)
    values (:name, :label, :type, :applies_to, cast(:allowed as text[]), :purpose, :personal, :segmentable,
            :retention_days, :at, :by)
    on conflict (name) do update
    set label = excluded.label, allowed = excluded.allowed, purpose = excluded.purpose, personal = excluded.personal,
        segmentable = excluded.segmentable, retention_days = excluded.retention_days,
        applies_to = excluded.applies_to, changed_at = excluded.changed_at, changed_by = excluded.changed_by
"""
_NEXT_REFRESH = """
    select refresh_id, name, position from attribute_refreshes where done_at is null
    order by refresh_id limit 1 for update skip locked
"""
_MOVE_REFRESH = "update attribute_refreshes set position = :position, done_at = :done_at where refresh_id = :refresh_id"


async def load_definitions(tx: Tx) -> Definitions:
    """Built-in ones and the firm's own, by name."""
    rows = await tx.rows(f"select {_COLUMNS} from attribute_definitions")
    return catalogue(Definition(**{**row, "allowed": tuple(row["allowed"])}) for row in rows)


async def put_definition(tx: Tx, definition: Definition, at: datetime, by: str) -> None:
    """Add it, or change everything but its type."""
    params = {name: getattr(definition, name) for name in _COLUMNS.split(", ")}
    await tx.execute(_PUT, {**params, "allowed": list(definition.allowed), "at": at, "by": by})


async def ask_refresh(tx: Tx, refresh_id: UUID, name: str, at: datetime) -> None:
    """Let the worker go through the customers that have `name`."""
    await tx.execute(
        "insert into attribute_refreshes (refresh_id, name, requested_at) values (:refresh_id, :name, :at)",
        {"refresh_id": refresh_id, "name": name, "at": at},
    )


async def next_refresh(tx: Tx) -> Refresh | None:
    """The oldest that is not done, locked."""
    row = await tx.row(_NEXT_REFRESH)
    return Refresh(**row) if row else None


async def move_refresh(tx: Tx, refresh: Refresh, position: UUID, done_at: datetime | None) -> None:
    """Go on after `position` next time, or not at all."""
    await tx.execute(_MOVE_REFRESH, {"refresh_id": refresh.refresh_id, "position": position, "done_at": done_at})
