"""The interactions app with an empty handler: what door, key, rate limit and framework cost by themselves."""

from __future__ import annotations

from fastapi import FastAPI, Request

from services.interactions.config import Settings
from services.interactions.ingest.schemas import EventAccepted
from shared.ids import new_id
from shared.web import APIRouter, create_app, requires, serve

router = APIRouter(dependencies=[requires("interactions:write")])
_ANSWER = EventAccepted(message_id="m", customer_id=new_id())


@router.post("/events", status_code=202)
async def accept(request: Request) -> EventAccepted:
    """Read the body and answer."""
    await request.body()
    return _ANSWER


def create(settings: Settings) -> FastAPI:
    """The app; nothing connects yet."""
    return create_app(settings, [router])


if __name__ == "__main__":
    serve(create, Settings())
