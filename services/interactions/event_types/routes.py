"""Declare the firm's own event types."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.interactions.event_types import service
from services.interactions.event_types.domain.types import EventType
from services.interactions.event_types.schemas import CheckedOut, EventTypeIn, EventTypeOut, EventTypesOut, PropertiesIn
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(prefix="/event-types", tags=["event types"], dependencies=[requires("interactions:define")])
Name = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f/]+$", description="as events name it")]


@router.get("")
async def list_types(tx: TxDep) -> EventTypesOut:
    """Every declared type."""
    return EventTypesOut(items=[EventTypeOut.of(type_) for type_ in (await service.read_types(tx)).values()])


@router.get("/{name}")
async def read(tx: TxDep, name: Name) -> EventTypeOut:
    """One type."""
    return EventTypeOut.of(await service.read_type(tx, name))


@router.put("/{name}")
async def declare(tx: TxDep, caller: CallerDep, name: Name, body: EventTypeIn) -> EventTypeOut:
    """Declare a type, or change it. The doors know of it within five seconds; what was recorded stays as it is."""
    declared = EventType(name, body.description, body.schema_, body.segmentable, body.personal, 0, tx.now, caller.id)
    return EventTypeOut.of(await service.declare_type(tx, declared))


@router.delete("/{name}", status_code=204)
async def withdraw(tx: TxDep, name: Name) -> None:
    """Refuse events of this name from now on; what was recorded stays."""
    await service.withdraw_type(tx, name)


@router.post("/{name}/check")
async def check(tx: TxDep, name: Name, body: PropertiesIn) -> CheckedOut:
    """Say whether an event with these properties would be recorded, and else everything that is wrong with it."""
    return CheckedOut.of(await service.misfits(tx, name, body.properties))
