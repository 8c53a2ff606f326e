"""HTTP doors of publishers: one event, a batch, a history. 202 means that the broker has it."""

from __future__ import annotations

import json
from typing import Annotated, Any, cast

import orjson
from fastapi import Header, Request
from pydantic import TypeAdapter

from services.interactions.ingest.domain.publishers import publisher_at_the_door
from services.interactions.ingest.errors import BatchInvalid, BatchTooLarge
from services.interactions.ingest.routes.examples import BATCH_BODY, EVENT_BODY, HISTORY_BODY
from services.interactions.ingest.routes.publisher import PublisherDep
from services.interactions.ingest.schemas import BatchResult, EventAccepted, HistoryResult, ItemResult
from shared.contracts.inbound import InboundMessage
from shared.web import MIB, APIRouter, CallerDep, body_limit, requires
from shared.web.body import DoorRequest, MalformedBody

router = APIRouter(tags=["events"], dependencies=[requires("interactions:write", pages=True)])
# A gigabyte of what happened long ago comes from the firm's own systems, never from a page.
_NO_PAGES = requires("interactions:write")

MOST_EVENTS = 500
_HISTORY_BYTES = 1024 * MIB
_SCHEMA = TypeAdapter(InboundMessage).json_schema()


@router.post("/events", status_code=202, openapi_extra={"requestBody": EVENT_BODY})
async def post_event(
    request: Request,
    caller: CallerDep,
    publisher: PublisherDep,
    idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
) -> EventAccepted:
    """Record one event. `Idempotency-Key` stands in for an absent `message_id`; repeats are recorded once, for ever."""
    door = cast(DoorRequest, request)
    await door.read_json_body()
    raw = await door.body()
    if idempotency_key and raw:
        event = await door.json()
        if isinstance(event, dict) and "message_id" not in event:
            raw = orjson.dumps({**event, "message_id": idempotency_key})
    checked = await publisher.publish_one(publisher_at_the_door(caller), raw)
    return EventAccepted(message_id=checked.message_id, customer_id=checked.customer_id)


@router.post(
    "/events/batch", status_code=202, dependencies=[body_limit(8 * MIB)], openapi_extra={"requestBody": BATCH_BODY}
)
async def post_batch(request: Request, caller: CallerDep, publisher: PublisherDep) -> BatchResult:
    """Record up to 500 events. Each item has its own result: one that is refused costs the others nothing."""
    results = await publisher.publish_batch(publisher_at_the_door(caller), _items(await request.body()))
    shown = [ItemResult.of(index, result) for index, result in enumerate(results)]
    accepted = sum(item.status == "accepted" for item in shown)
    return BatchResult(accepted=accepted, refused=len(shown) - accepted, results=shown)


@router.post(
    "/history",
    status_code=202,
    dependencies=[_NO_PAGES, body_limit(_HISTORY_BYTES)],
    openapi_extra={"requestBody": HISTORY_BODY},
)
async def post_history(request: Request, caller: CallerDep, publisher: PublisherDep) -> HistoryResult:
    """Record what happened long ago: one event per line (NDJSON), any number of lines. Nothing is triggered by it.

    After a failure send the rest, or everything again: what was recorded is not recorded twice.
    """
    return HistoryResult.of(await publisher.publish_history(publisher_at_the_door(caller), request.stream()))


@router.get("/events/schema")
async def get_event_schema() -> dict[str, Any]:
    """The JSON Schema of an event."""
    return _SCHEMA


def _items(raw: bytes) -> list[Any]:
    """The batch's items, however odd each may be: each is judged by itself."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = _second_reading(raw)
    items = body.get("events") if isinstance(body, dict) and set(body) == {"events"} else None
    if not isinstance(items, list) or not items:
        raise BatchInvalid(
            'The body is not {"events": […]} with at least one event.', cure="Send that.", where="/events"
        )
    if len(items) > MOST_EVENTS:
        raise BatchTooLarge(
            f"A batch holds {MOST_EVENTS} events at most, not {len(items)}.",
            cure="Split it, or send history to /history.",
            where="/events",
            limit=MOST_EVENTS,
        )
    return items


def _second_reading(raw: bytes) -> Any:
    # orjson refuses the whole for one number beyond a double or one half of a surrogate pair; this reader does not.
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedBody(
            "The body is not readable JSON in UTF-8, or is nested too deep.",
            cure="Send one JSON object (RFC 8259) in UTF-8.",
            where="",
        ) from None
