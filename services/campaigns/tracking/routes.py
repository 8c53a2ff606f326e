"""Public routes: a click leads on to its target, an open shows a pixel."""

from __future__ import annotations

import base64
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.campaigns.content.domain.links import Tracked, read_token, wire_url
from services.campaigns.tracking.errors import NoSuchLink
from services.campaigns.tracking.service import record_response
from shared.database.engine import is_transient
from shared.observability.logging import get_logger
from shared.web import APIRouter, AppContext, ContextDep, public
from shared.web.security import Check

log = get_logger(__name__)

CLICK = "/t/c/{token}"
OPEN = "/t/o/{token}"
PUBLIC = (CLICK, OPEN)
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

router = APIRouter(tags=["tracking"])


def _genuine(kind: str) -> Check:
    def check(request: Request, context: AppContext) -> None:
        """Raises NoSuchLink before anything is opened for a stranger."""
        tracked = context.settings.signing_keys().read(request.path_params["token"], read_token)
        if tracked is None or tracked.kind != kind:
            raise NoSuchLink("This link is not one of ours, or was damaged.", cure="Use the link as it was sent.")
        request.state.tracked = tracked

    return check


async def _tracked(request: Request, token: str) -> Tracked:
    return cast(Tracked, request.state.tracked)


TrackedDep = Annotated[Tracked, Depends(_tracked)]
_CLICKED, _OPENED = [public(_genuine("clicked"))], [public(_genuine("opened"))]


@router.get(CLICK, response_class=RedirectResponse, status_code=302, dependencies=_CLICKED)
async def click(context: ContextDep, tracked: TrackedDep) -> Response:
    """Leads on to the link's own target, and nowhere else: the target is in the signed token."""
    await _keep(context, tracked)
    return RedirectResponse(wire_url(tracked.url), status_code=302, headers=_NO_STORE)


@router.head(CLICK, response_class=RedirectResponse, status_code=302, dependencies=_CLICKED)
async def look_at_click(tracked: TrackedDep) -> Response:
    """Where the link leads: mail programs ask before they follow it. Nobody clicked."""
    return RedirectResponse(wire_url(tracked.url), status_code=302, headers=_NO_STORE)


@router.head(OPEN, response_class=Response, dependencies=_OPENED)
async def look_at_open(tracked: TrackedDep) -> Response:
    """What kind of image it is. Nobody opened anything."""
    return Response(media_type="image/gif", headers={**_NO_STORE, "Content-Length": str(len(_PIXEL))})


@router.get(OPEN, response_class=Response, dependencies=_OPENED)
async def opened(context: ContextDep, tracked: TrackedDep) -> Response:
    """A transparent pixel."""
    await _keep(context, tracked)
    return Response(_PIXEL, media_type="image/gif", headers=_NO_STORE)


async def _keep(context: AppContext, tracked: Tracked) -> None:
    """Kept before the answer goes out; but nobody is kept from the target because our database is away."""
    try:
        async with context.database.transaction() as tx:
            await record_response(tx, tracked)
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("response_not_kept", message_id=str(tracked.message_id), kind=tracked.kind)
