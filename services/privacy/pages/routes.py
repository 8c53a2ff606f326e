"""Unsubscribe with one click (RFC 8058), or on a page for those who follow the link.

GET changes nothing: scanners of mail follow every link.
"""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from services.privacy.pages import content
from services.privacy.pages.service import unsubscribe
from services.privacy.site.content import language_of, unknown_link
from shared.security.tokens import PREVIEW_TOKEN, UnsubscribeToken, read_unsubscribe_token
from shared.web import APIRouter, TxDep, body_limit, public
from shared.web.context import AppContext

PATH = "/unsubscribe/{token}"
_LARGEST_FORM = 16 * 1024

router = APIRouter(tags=["unsubscribe"])


def genuine(request: Request, context: AppContext) -> HTMLResponse | None:
    """Lets in who holds a link of ours; to all others nothing is opened, and nothing of theirs is awaited."""
    token = request.path_params["token"]
    if token == PREVIEW_TOKEN:
        # A preview shows a real customer's mail; its link must not be that customer's.
        return content.preview_page()
    link = context.settings.signing_keys().read(token, read_unsubscribe_token)
    if link is None:
        return unknown_link(language_of(request.headers.get("accept-language")))
    request.state.link = link
    return None


async def _link(request: Request, token: str) -> UnsubscribeToken:
    return cast(UnsubscribeToken, request.state.link)


LinkDep = Annotated[UnsubscribeToken, Depends(_link)]


@router.get(PATH, response_class=HTMLResponse, dependencies=[public(genuine)])
async def ask_to_unsubscribe(token: str, link: LinkDep) -> HTMLResponse:
    """A page with a button."""
    return content.unsubscribe_page(link.purpose, link.channel, token)


@router.post(PATH, response_class=HTMLResponse, dependencies=[public(genuine), body_limit(_LARGEST_FORM)])
async def unsubscribe_by_link(link: LinkDep, request: Request, tx: TxDep) -> HTMLResponse:
    """Unsubscribe, whoever holds the link: a mail program with `List-Unsubscribe=One-Click`, or the page's button."""
    # Mail programs may send a multipart body; it holds no choice either, and no choice means one click.
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    choice = form.get("choice", [None])[0]
    await unsubscribe(tx, link, everything=choice == "all", one_click=choice is None)
    return content.unsubscribed_page(link.purpose, link.channel, everything=choice == "all")
