"""What a publisher sees of its own events, and an operator of everybody's."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.interactions.publishers import service
from services.interactions.publishers.schemas import ActivityOut, PublisherOut, PublishersOut
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["publishers"])
Name = Annotated[
    str,
    Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f/]+$", description="the key's id, or the topic's name"),
]


@router.get("/activity", dependencies=[requires("interactions:write")])
async def read_own(tx: TxDep, caller: CallerDep) -> ActivityOut:
    """What became of the events that this key has sent, with examples of what was refused. Pages' keys read nothing."""
    return ActivityOut.of(await service.activity_of(tx, caller.id))


@router.get("/publishers", dependencies=[requires("operations")])
async def list_publishers(tx: TxDep) -> PublishersOut:
    """Everybody who sent events within the last 24 hours, and what became of them."""
    return PublishersOut(items=[PublisherOut.of(totals) for totals in await service.list_publishers(tx)])


@router.get("/publishers/{name}/activity", dependencies=[requires("operations")])
async def read_activity(tx: TxDep, name: Name) -> ActivityOut:
    """What became of one publisher's events."""
    return ActivityOut.of(await service.activity_of(tx, name))
