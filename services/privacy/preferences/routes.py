"""Wishes by API, and the page behind a signed link. GET changes nothing: scanners of mail follow every link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, cast
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from services.privacy.config import Settings
from services.privacy.identity.domain import Reference
from services.privacy.identity.service import find_customer, hashing_of
from services.privacy.preferences import content, service
from services.privacy.preferences.domain import PAUSES, Frequency, Preferences
from services.privacy.preferences.schemas import LinkIn, LinkOut, PreferencesIn, PreferencesOut
from services.privacy.site.content import LANGUAGES, language_of, unknown_link
from shared.security.link_keys import numbered
from shared.security.tokens import UnsubscribeToken, make_unsubscribe_token, read_unsubscribe_token
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, body_limit, public, requires
from shared.web.addresses import client_of
from shared.web.context import AppContext

PATH = "/preferences/{token}"
_LARGEST_FORM = 16 * 1024
# Stands for the message in links that no message carried.
_NO_MESSAGE = UUID(int=0)

router = APIRouter(tags=["preferences"])

Asked = Annotated[str | None, Query(max_length=10, description="language tag; the browser's when absent")]


@router.get("/customers/{customer_id}/preferences", dependencies=[requires("privacy:read")])
async def show_preferences(customer_id: UUID, tx: TxDep) -> PreferencesOut:
    """How somebody wants to be written to."""
    return PreferencesOut.of(await service.preferences_of(tx, customer_id))


@router.put("/customers/{customer_id}/preferences", dependencies=[requires("privacy:write")])
async def change_preferences(customer_id: UUID, body: PreferencesIn, tx: TxDep, caller: CallerDep) -> PreferencesOut:
    """Keep what somebody said. Permits follow it at once: `paused`, `less-often`."""
    return PreferencesOut.of(await service.change_preferences(tx, customer_id, body.wish, caller.id))


@router.post("/preference-links", dependencies=[requires("privacy:write")])
async def make_link(body: LinkIn, tx: TxDep, context: ContextDep) -> LinkOut:
    """The link to somebody's preference centre, for the shop's page of their account."""
    hashing, reference = hashing_of(context.settings), Reference.of(body.customer)
    email = next((address for address in hashing.addresses(reference) if address.kind == "email"), None)
    keys = context.settings.signing_keys()
    token = make_unsubscribe_token(
        keys.signing,
        customer_id=await find_customer(tx, hashing, reference),
        purpose="marketing",
        channel="email",
        campaign_id=_NO_MESSAGE,
        message_id=_NO_MESSAGE,
        fingerprint=email.fingerprint if email is not None else None,
    )
    base = cast(Settings, context.settings).privacy_public_url
    return LinkOut(url=f"{base}/preferences/{numbered(keys.current, token)}")


def _genuine(request: Request, context: AppContext) -> Response | None:
    return None if _read(context, request.path_params["token"]) else unknown_link(_language(request))


@router.get(PATH, response_class=HTMLResponse, dependencies=[public(_genuine)])
async def show_page(
    token: str, request: Request, tx: TxDep, context: ContextDep, language: Asked = None
) -> HTMLResponse:
    """What somebody gets, and how often: boxes and a button."""
    genuine = _read(context, token)
    if genuine is None:
        return unknown_link(_language(request, language))
    shown = await service.look_at(tx, genuine)
    chosen = _language(request, language, shown.preferences.language)
    return content.preferences_page(shown, chosen, tx.now)


@router.post(PATH, response_class=HTMLResponse, dependencies=[public(_genuine), body_limit(_LARGEST_FORM)])
async def choose(token: str, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """Keep what was chosen, whoever holds the link."""
    genuine = _read(context, token)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    language = _language(request, _first(form, "page"))
    if genuine is None:
        return unknown_link(language)
    if _first(form, "choice") == "all":
        await service.stop_everything(tx, genuine)
        shown = await service.look_at(tx, genuine)
        return content.preferences_page(shown, language, tx.now, said="preferences_stopped")
    before = await service.look_at(tx, genuine)
    choice = service.Choice(
        shown=frozenset(form.get("shown", [])),
        ticked=frozenset(form.get("ticked", [])),
        words={offer.field: content.wording(offer, language) for offer in before.offers},
        wording_version=content.wording_version(language),
        preferences=_wishes(form, before, tx.now),
        evidence={
            "page": "preference-centre",
            "chosen_from": client_of(request.scope, context.settings.trusted_proxies),
        },
    )
    shown = await service.choose(tx, genuine, choice)
    return content.preferences_page(shown, language, tx.now, said="preferences_saved")


def _wishes(form: dict[str, list[str]], before: service.Shown, now: datetime) -> Preferences:
    """What the form says; what it does not show stays as it was."""
    frequencies = dict(before.preferences.frequencies)
    for name in {offer.purpose.name for offer in before.offers}:
        said = _first(form, f"often:{name}")
        if said in list(Frequency):
            frequencies[name] = Frequency(said)
    pause = _first(form, "pause") or "keep"
    until = before.preferences.paused_until if before.preferences.paused(now) else None
    if pause in {str(days) for days in PAUSES}:
        until = now + timedelta(days=int(pause))
    elif pause == "none":
        until = None
    language = _first(form, "language")
    return Preferences(until, language if language in LANGUAGES else before.preferences.language, frequencies)


def _first(form: dict[str, list[str]], name: str) -> str | None:
    return next(iter(form.get(name, ())), None)


def _read(context: AppContext, token: str) -> UnsubscribeToken | None:
    return context.settings.signing_keys().read(token, read_unsubscribe_token)


def _language(request: Request, *asked: str | None) -> str:
    return language_of(request.headers.get("accept-language"), asked)
