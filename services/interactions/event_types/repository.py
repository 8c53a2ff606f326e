"""SQL of event types."""

from __future__ import annotations

from typing import Any

from services.interactions.event_types.domain.types import EventType
from shared.database.jsonb import from_jsonb, to_jsonb
from shared.database.transaction import Tx

_COLUMNS = "name, description, schema, segmentable, personal, version, changed_at, changed_by"
_PUT = f"""
    insert into event_types as e (name, description, schema, segmentable, personal, version, changed_at, changed_by,
                                  withdrawn)
    values (:name, :description, cast(:schema as jsonb), :segmentable, :personal, 1, :changed_at, :changed_by, false)
    on conflict (name) do update
    set description = excluded.description, schema = excluded.schema, segmentable = excluded.segmentable,
        personal = excluded.personal, version = e.version + 1, changed_at = excluded.changed_at,
        changed_by = excluded.changed_by, withdrawn = false
    returning {_COLUMNS}
"""


async def load_types(tx: Tx) -> dict[str, EventType]:
    """Every type that is declared, by name: a firm has dozens."""
    rows = await tx.rows(f"select {_COLUMNS} from event_types where not withdrawn order by name")
    return {row["name"]: _type(row) for row in rows}


async def put_type(tx: Tx, declared: EventType) -> EventType:
    """The type is declared so from now on; its next version."""
    row = await tx.row(
        _PUT,
        {
            "name": declared.name,
            "description": declared.description,
            "schema": to_jsonb(declared.schema),
            "segmentable": list(declared.segmentable),
            "personal": list(declared.personal),
            "changed_at": declared.changed_at,
            "changed_by": declared.changed_by,
        },
    )
    return _type(row)


async def withdraw_type(tx: Tx, name: str) -> bool:
    """Events of that name are refused from now on. False when it was not declared."""
    statement = "update event_types set withdrawn = true where name = :name and not withdrawn"
    return (await tx.execute(statement, {"name": name})).rowcount > 0


def _type(row: Any) -> EventType:
    return EventType(**{**row, "schema": from_jsonb(row["schema"])})
