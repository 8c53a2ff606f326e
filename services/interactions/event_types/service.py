"""Declare event types, and say which events fit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.interactions.event_types import repository
from services.interactions.event_types.domain.schema import Misfit, faults_of_schema
from services.interactions.event_types.domain.types import EventType, faults_of_type, misfits_of_event, nearest, told_of
from services.interactions.event_types.errors import InvalidEventType, NoSuchEventType, UnfitEvent
from shared.database.transaction import Tx


async def read_types(tx: Tx) -> dict[str, EventType]:
    """Every declared type by name."""
    return await repository.load_types(tx)


async def read_type(tx: Tx, name: str) -> EventType:
    """The type. Raises NoSuchEventType with the nearest name."""
    types = await repository.load_types(tx)
    if name not in types:
        cure = nearest(name, types) or "Look at GET /event-types."
        raise NoSuchEventType("No event type of this name is declared.", cure=cure, where="path:name")
    return types[name]


async def declare_type(tx: Tx, declared: EventType) -> EventType:
    """Events of this name are checked by this schema from now on; those recorded before stay as they are.

    Raises InvalidEventType.
    """
    faults = faults_of_schema(declared.schema) or faults_of_type(declared)
    if faults:
        errors = [{"where": fault.where, "what": fault.what, "cure": fault.cure} for fault in faults[:50]]
        raise InvalidEventType("The event type cannot be declared.", cure="Mend what is named.", errors=errors)
    return await repository.put_type(tx, declared)


async def withdraw_type(tx: Tx, name: str) -> None:
    """Events of this name are refused from now on. Raises NoSuchEventType."""
    if not await repository.withdraw_type(tx, name):
        await read_type(tx, name)


async def misfits(tx: Tx, name: str, properties: Mapping[str, Any]) -> list[Misfit]:
    """Why an event with these properties would be refused; empty when it fits. Raises NoSuchEventType."""
    await read_type(tx, name)
    return misfits_of_event(await repository.load_types(tx), name, properties)


def told_by(types: Mapping[str, EventType], name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What others are told of an event. Raises UnfitEvent for one that fits no declared type."""
    if found := misfits_of_event(types, name, properties):
        raise UnfitEvent(f"{found[0].where}: {found[0].what}", found[0].reason)
    return told_of(types[name], properties)
