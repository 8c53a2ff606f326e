"""The doors: one for each call, under its long and its short path, and one for batches."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from services.interactions.ingest.domain.publishers import publisher_at_the_door
from services.interactions.ingest.routes.publisher import PublisherDep
from services.interactions.segment_api.domain.calls import LARGEST_CALL, Reading
from services.interactions.segment_api.routes.body import LARGEST_BATCH, key_in_body, read_object
from services.interactions.segment_api.routes.examples import BATCH_BODY, call_body
from services.interactions.segment_api.schemas import CallsReceived
from services.interactions.segment_api.service import receive_calls
from shared.errors import Invalid
from shared.security.api_keys import Principal
from shared.web import APIRouter, CallerDep, ContextDep, body_limit, requires
from shared.web.context import AppContext

router = APIRouter(
    prefix="/v1", tags=["segment"], dependencies=[requires("interactions:write", key_in_body=key_in_body, pages=True)]
)
_ONE = [body_limit(LARGEST_CALL)]
_MANY = [body_limit(LARGEST_BATCH)]


@router.post("/identify", dependencies=_ONE, openapi_extra={"requestBody": call_body("identify")})
@router.post("/i", dependencies=_ONE, include_in_schema=False)
async def identify(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say who somebody is: `userId` becomes an account of the key's source, `traits` what is known of its owner."""
    return await _receive_one(request, caller, context, publisher, "identify")


@router.post("/track", dependencies=_ONE, openapi_extra={"requestBody": call_body("track")})
@router.post("/t", dependencies=_ONE, include_in_schema=False)
async def track(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say what somebody did: an order is a purchase, `Product Viewed` browsing, any other name an event of your own."""
    return await _receive_one(request, caller, context, publisher, "track")


@router.post("/page", dependencies=_ONE, openapi_extra={"requestBody": call_body("page")})
@router.post("/p", dependencies=_ONE, include_in_schema=False)
async def page(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say which page somebody looked at."""
    return await _receive_one(request, caller, context, publisher, "page")


@router.post("/screen", dependencies=_ONE, openapi_extra={"requestBody": call_body("screen")})
@router.post("/s", dependencies=_ONE, include_in_schema=False)
async def screen(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say which screen of an app somebody looked at."""
    return await _receive_one(request, caller, context, publisher, "screen")


@router.post("/group", dependencies=_ONE, openapi_extra={"requestBody": call_body("group")})
@router.post("/g", dependencies=_ONE, include_in_schema=False)
async def group(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say which group, such as a firm, somebody belongs to: kept on the timeline as `group`."""
    return await _receive_one(request, caller, context, publisher, "group")


@router.post("/alias", dependencies=_ONE, openapi_extra={"requestBody": call_body("alias")})
@router.post("/a", dependencies=_ONE, include_in_schema=False)
async def alias(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Say which visitor (`previousId`) a user was: what the visitor did is theirs from now on."""
    return await _receive_one(request, caller, context, publisher, "alias")


@router.post("/batch", dependencies=_MANY, openapi_extra={"requestBody": BATCH_BODY})
@router.post("/b", dependencies=_MANY, include_in_schema=False)
@router.post("/import", dependencies=_MANY, include_in_schema=False)
async def batch(request: Request, caller: CallerDep, context: ContextDep, publisher: PublisherDep) -> CallsReceived:
    """Take any mixture of calls, up to 500 KiB unpacked. One that is refused costs the others nothing."""
    body = await read_object(request, LARGEST_BATCH)
    calls = body.get("batch")
    if not isinstance(calls, list):
        raise Invalid("The body has no list of calls.", cure='Send {"batch": […]}.', where="/batch")
    reading = _reading(caller, context, body)
    return CallsReceived.of(await receive_calls(publisher, publisher_at_the_door(caller), reading, calls))


async def _receive_one(
    request: Request, caller: Principal, context: AppContext, publisher: PublisherDep, kind: str
) -> CallsReceived:
    call = {**await read_object(request, LARGEST_CALL), "type": kind}
    reading = _reading(caller, context, call)
    return CallsReceived.of(await receive_calls(publisher, publisher_at_the_door(caller), reading, [call]))


def _reading(caller: Principal, context: AppContext, body: dict[str, Any]) -> Reading:
    return Reading(caller.accounts, body.get("sentAt"), context.clock.now(), context.settings.base_currency)
