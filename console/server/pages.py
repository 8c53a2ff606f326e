"""The built pages, business time, and a letter as it will look."""

from __future__ import annotations

import secrets
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from console.server.context import ContextDep, PersonDep
from console.server.errors import NoSuchOperation
from console.server.proxy import allowed, send

router = APIRouter()

_NONCE = "__NONCE__"
_NOT_BUILT = "The pages are not built yet: make console"
# A letter brings styles of its own; it may look like anything and do nothing.
_LETTER = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'"
# Their names carry a hash of what is in them.
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/clock")
async def show_clock(context: ContextDep, person: PersonDep) -> Response:
    """Business time, which runs fast in a demonstration: what is written down now happened then."""
    return JSONResponse({"now": context.clock.now().isoformat(timespec="seconds"), "factor": context.clock.factor})


@router.get("/letters/{campaign_id}/{customer_id}")
async def show_letter(campaign_id: UUID, customer_id: UUID, context: ContextDep, person: PersonDep) -> Response:
    """The HTML of a campaign's letter for one customer, shut in: for a frame of the campaign's page."""
    path = f"/campaigns/{campaign_id}/preview"
    operation = allowed(context, person, "POST", "campaigns", path)
    answer = await send(context, person, operation, path, json={"customer_id": str(customer_id)})
    body = await answer.aread()
    if not answer.is_success:
        return Response(body, answer.status_code, {"Content-Type": answer.headers["content-type"]})
    return HTMLResponse(answer.json()["html"] or "", headers={"Content-Security-Policy": _LETTER})


@router.get("/{path:path}")
async def show_page(path: str, request: Request, context: ContextDep) -> Response:
    """A built file; every other path is a page of the application, which finds its way by itself."""
    if path.startswith(("api/", "auth/")) or "\x00" in path:
        raise NoSuchOperation("There is nothing at this path.")
    pages = context.settings.pages.resolve()
    file = (pages / path).resolve()
    if path != "index.html" and file.is_relative_to(pages) and file.is_file():
        return FileResponse(file, headers=_FOR_EVER if path.startswith("assets/") else None)
    if path.startswith("assets/"):
        raise NoSuchOperation("There is no such file.", cure="Load the page again: a new version was installed.")
    return _application(pages / "index.html")


def _application(index: Path) -> Response:
    if not index.exists():
        return HTMLResponse(_NOT_BUILT, 503)
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return HTMLResponse(index.read_text().replace(_NONCE, nonce), headers={"Content-Security-Policy": policy})
