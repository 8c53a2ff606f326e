"""Unsubscribe with one click (RFC 8058), or on a page for those who follow the link.

GET changes nothing: scanners of mail follow every link.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.privacy.pages import content
from services.privacy.pages.service import unsubscribe
from shared.security.tokens import PREVIEW_TOKEN, UnsubscribeToken, read_unsubscribe_token
from shared.web import APIRouter, ContextDep, TxDep, body_limit
from shared.web.context import AppContext

PATH = "/unsubscribe/{token}"
_LARGEST_FORM = 16 * 1024

router = APIRouter(tags=["unsubscribe"])


@router.get(PATH, response_class=HTMLResponse)
async def ask_to_unsubscribe(token: str, context: ContextDep) -> HTMLResponse:
    """A page with a button."""
    if token == PREVIEW_TOKEN:
        return _preview()
    genuine = _read(context, token)
    if genuine is None:
        return _unknown_link()
    return HTMLResponse(content.unsubscribe_page(genuine.purpose, genuine.channel, token), headers=content.HEADERS)


@router.post(PATH, response_class=HTMLResponse, dependencies=[body_limit(_LARGEST_FORM)])
async def unsubscribe_by_link(token: str, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """Unsubscribe, whoever holds the link: a mail program with `List-Unsubscribe=One-Click`, or the page's button."""
    if token == PREVIEW_TOKEN:
        return _preview()
    genuine = _read(context, token)
    if genuine is None:
        return _unknown_link()
    # Mail programs may send a multipart body; it holds no choice either, and no choice means one click.
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    choice = form.get("choice", [None])[0]
    await unsubscribe(tx, genuine, everything=choice == "all", one_click=choice is None)
    page = content.unsubscribed_page(genuine.purpose, genuine.channel, everything=choice == "all")
    return HTMLResponse(page, headers=content.HEADERS)


def _preview() -> HTMLResponse:
    """A preview shows a real customer's mail; its link must not be that customer's."""
    return HTMLResponse(content.preview_page(), headers=content.HEADERS)


def _unknown_link() -> HTMLResponse:
    return HTMLResponse(content.unknown_link_page(), status_code=404, headers=content.HEADERS)


def _read(context: AppContext, token: str) -> UnsubscribeToken | None:
    return context.settings.signing_keys().read(token, read_unsubscribe_token)
