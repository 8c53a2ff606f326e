"""An event type as it is declared, and what an event of it tells others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.interactions.event_types.domain.schema import Misfit, misfits_of, property_schemas
from shared.nearest import nearest as nearest_name

# Told to other services as they are: codes, not sentences that somebody may have written.
_LONGEST_CODE = 100
_TOLD = ("string", "number", "integer", "boolean")


@dataclass(frozen=True, slots=True)
class EventType:
    """`segmentable` properties travel to the services that make segments; `personal` ones are shown to nobody but those
    who may read timelines. `version` grows with each change."""

    name: str
    description: str
    schema: Mapping[str, Any]
    segmentable: Sequence[str]
    personal: Sequence[str]
    version: int
    changed_at: datetime
    changed_by: str


def faults_of_type(type_: EventType) -> list[Misfit]:
    """What keeps segmentable and personal properties from being what they are declared to be."""
    properties = property_schemas(type_.schema)
    faults: list[Misfit] = []
    for field, names in (("segmentable", type_.segmentable), ("personal", type_.personal)):
        for place, name in enumerate(names):
            if name not in properties:
                near = nearest(name, properties)
                what, cure = f"the schema has no property {name[:60]!r}", near or "declare it in the schema"
                faults.append(Misfit("unknown-property", f"/{field}/{place}", what, cure))
    for place, name in enumerate(type_.segmentable):
        where = f"/segmentable/{place}"
        if name in type_.personal:
            faults.append(Misfit("personal-property", where, "is personal: it stays here", "take it off one of both"))
        elif name in properties and not _is_code(properties[name]):
            what = "is no number, no yes or no, and no short code"
            cure = f"declare it with an enum, or as a string with a maxLength of {_LONGEST_CODE} at most"
            faults.append(Misfit("no-code", where, what, cure))
    return faults


def misfits_of_event(types: Mapping[str, EventType], name: str, properties: Mapping[str, Any]) -> list[Misfit]:
    """Why an event of that name, with these properties, is none of the declared types. No value is shown."""
    type_ = types.get(name)
    if type_ is None:
        cure = nearest(name, types) or "declare the type with PUT /event-types/{name}, or send a declared one"
        return [Misfit("unknown-event-name", "/data/name", "no event type of this name is declared", cure)]
    return misfits_of(type_.schema, properties, "/data/properties")


def told_of(type_: EventType, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What other services are told of an event of this type."""
    return {name: properties[name] for name in type_.segmentable if properties.get(name) is not None}


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that somebody may have meant, as advice."""
    found = nearest_name(name, known)
    return f"did you mean {found!r}?" if found else None


def _is_code(schema: Mapping[str, Any]) -> bool:
    if schema.get("type") not in _TOLD:
        return False
    return schema["type"] != "string" or "enum" in schema or schema.get("maxLength", _LONGEST_CODE + 1) <= _LONGEST_CODE
