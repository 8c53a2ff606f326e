"""Pages for everybody: the form on which somebody signs up, and the link that confirms. GET changes nothing."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from services.privacy.identity.service import hashing_of
from services.privacy.notices.domain import NoticeKey
from services.privacy.signups import content
from services.privacy.signups.domain import Person, SignUpState, read_token
from services.privacy.signups.errors import AddressUnusable, TooManySignUps
from services.privacy.signups.routes.admission import admit, ages_of, client, settings_of
from services.privacy.signups.routes.forms import FormName
from services.privacy.signups.schemas import PersonIn
from services.privacy.signups.service import confirming, forms
from services.privacy.signups.service.requesting import SignUpRequest, sign_up
from services.privacy.site.content import language_of, unknown_link
from shared.web import APIRouter, ContextDep, TxDep, body_limit, public
from shared.web.context import AppContext

FORM, CONFIRM = "/forms/{name}", "/confirm/{token}"
PUBLIC = [FORM, CONFIRM]
_LARGEST_FORM = 16 * 1024
_LATE: dict[int | str, dict[str, Any]] = {410: {"description": "The link has expired", "content": {"text/html": {}}}}

router = APIRouter(tags=["sign-up"])

Asked = Annotated[str | None, Query(max_length=10, description="language tag; the browser's when absent")]


@router.get(FORM, response_class=HTMLResponse)
async def show_page(name: FormName, request: Request, tx: TxDep, language: Asked = None) -> HTMLResponse:
    """The page on which people sign up."""
    chosen = _language(request, language)
    shown = await forms.open_form(tx, name, [chosen])
    return unknown_link(chosen) if shown is None else content.form_page(shown, shown.language)


@router.post(FORM, status_code=202, response_class=HTMLResponse, dependencies=[body_limit(_LARGEST_FORM)])
async def send_page(name: FormName, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """What somebody typed in: their address is asked by mail, or the page says what is missing."""
    typed = {key: values[0] for key, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    chosen = _language(request, typed.get("language"))
    shown = await forms.open_form(tx, name, [chosen])
    if shown is None:
        return unknown_link(chosen)
    language, valid_h = shown.language, settings_of(context).signup_valid_h
    try:
        await admit(request, context)
    except TooManySignUps:
        return content.form_page(shown, language, typed=typed, error="form_busy", status=429)
    if typed.get("website"):
        # People do not see this field: whoever fills it in is a program, and learns nothing.
        return content.thanks_page(language, valid_h)
    ticked = [notice for notice in shown.notices if f"notice-{notice.notice_id}" in typed]
    if not ticked:
        stale = any(key.startswith("notice-") for key in typed)
        error = "form_changed" if stale else "form_choose"
        return content.form_page(shown, language, typed=typed, error=error, status=422)
    try:
        wanted = SignUpRequest(
            person=_person(typed),
            language=language,
            notices=tuple(NoticeKey.of(notice) for notice in ticked),
            source=f"form:{name}",
            evidence={"form": name, "requested_from": client(request, context)},
        )
        await sign_up(tx, hashing_of(context.settings), wanted, ages=ages_of(context), valid_h=valid_h)
    except (AddressUnusable, ValidationError):
        return content.form_page(shown, language, typed=typed, error="form_bad_email", status=422)
    return content.thanks_page(language, valid_h)


def _genuine(request: Request, context: AppContext) -> Response | None:
    token = request.path_params["token"]
    return unknown_link(_language(request)) if _signup_of(context, token) is None else None


@router.get(CONFIRM, response_class=HTMLResponse, responses=_LATE, dependencies=[public(_genuine)])
async def ask_to_confirm(token: str, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """What was ticked, and a button that confirms it."""
    signup_id = _signup_of(context, token)
    shown = None if signup_id is None else await confirming.look_at(tx, hashing_of(context.settings), signup_id)
    if shown is None:
        return content.expired_page(_language(request))
    if shown.signup.state is SignUpState.CONFIRMED:
        return content.confirmed_page(shown, before=True)
    return content.confirm_page(shown)


@router.post(
    CONFIRM, response_class=HTMLResponse, responses=_LATE, dependencies=[public(_genuine), body_limit(_LARGEST_FORM)]
)
async def confirm(token: str, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """The address confirms: its consent is recorded with what proves it."""
    signup_id = _signup_of(context, token)
    hashing, by = hashing_of(context.settings), client(request, context)
    shown = None if signup_id is None else await confirming.confirm(tx, hashing, signup_id, confirmed_from=by)
    if shown is None:
        return content.expired_page(_language(request))
    return content.confirmed_page(shown, before=shown.signup.state is SignUpState.CONFIRMED)


def _signup_of(context: AppContext, token: str) -> UUID | None:
    return context.settings.signing_keys().read(token, read_token)


def _language(request: Request, asked: str | None = None) -> str:
    return language_of(request.headers.get("accept-language"), [asked])


def _person(typed: dict[str, str]) -> Person:
    given = {name: typed[name].strip() or None for name in ("given_name", "family_name") if name in typed}
    said = PersonIn.model_validate({"email": typed.get("email", "").strip(), **given})
    return Person(said.email, said.given_name, said.family_name)
