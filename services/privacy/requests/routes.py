"""Requests of data subjects, and the page that hands an archive out. GET changes nothing."""

from __future__ import annotations

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from services.privacy.config import Settings
from services.privacy.identity.domain import Reference
from services.privacy.identity.service import find_customer, hashing_of
from services.privacy.requests import content
from services.privacy.requests.domain.requests import WARNING, Kind, RequestState
from services.privacy.requests.domain.tokens import make_token, read_token
from services.privacy.requests.errors import NothingToFetch, RequestNotFound
from services.privacy.requests.schemas import (
    ArchiveLinkOut,
    CheckIn,
    DoneIn,
    ExtensionIn,
    ReasonIn,
    RequestIn,
    RequestOut,
)
from services.privacy.requests.service import archives
from services.privacy.requests.service import taking as service
from services.privacy.site.content import language_of, unknown_link
from shared.security.api_keys import Principal
from shared.security.link_keys import numbered
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, body_limit, public, requires
from shared.web.context import AppContext
from shared.web.paging import After, Limit, Page, encode_cursor, id_in

PATH = "/archives/{token}"
_SCOPE = "privacy:requests"
_LATE: dict[int | str, dict[str, Any]] = {410: {"description": "Nothing to fetch", "content": {"text/html": {}}}}

router = APIRouter(tags=["requests"])


@router.post("/requests", status_code=202, dependencies=[requires(_SCOPE)])
async def take_request(body: RequestIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> RequestOut:
    """Take down what somebody asks for; its deadline runs from its receipt."""
    hashing = hashing_of(context.settings)
    customer_id = await find_customer(tx, hashing, Reference.of(body.customer))
    asked = body.asked(customer_id, hashing, caller.id)
    taken = await service.take_request(tx, context.settings.naming, asked, may_erase=_may_erase(caller))
    return RequestOut.of(taken, tx.now)


@router.get("/requests", dependencies=[requires(_SCOPE)])
async def list_requests(
    tx: TxDep,
    state: Annotated[RequestState | None, Query(description="only those that stand there")] = None,
    kind: Annotated[Kind | None, Query(description="only those that ask for this")] = None,
    customer_id: Annotated[UUID | None, Query(description="only those about this customer")] = None,
    overdue: Annotated[bool, Query(description="only open ones past their deadline")] = False,
    due_soon: Annotated[bool, Query(description="only open ones that are due within a week, or are overdue")] = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[RequestOut]:
    """Requests, newest first."""
    due_before = tx.now if overdue else tx.now + WARNING if due_soon else None
    found = await service.list_requests(
        tx, before=id_in(after), state=state, kind=kind, customer_id=customer_id, due_before=due_before, limit=limit + 1
    )
    shown = found[:limit]
    return Page(
        items=[RequestOut.of(request, tx.now) for request in shown],
        next=encode_cursor({"id": shown[-1].request_id}) if len(found) > limit else None,
    )


@router.get("/requests/{request_id}", dependencies=[requires(_SCOPE)])
async def show_request(request_id: UUID, tx: TxDep) -> RequestOut:
    """One request with all that was done about it."""
    return RequestOut.of(await service.show_request(tx, request_id), tx.now)


@router.post("/requests/{request_id}/identity-check", dependencies=[requires(_SCOPE)])
async def check_identity(
    request_id: UUID, body: CheckIn, tx: TxDep, context: ContextDep, caller: CallerDep
) -> RequestOut:
    """The person is who they say: what they asked for is begun. An erasure needs the scope `privacy:erase` as well."""
    checked = await service.check_identity(
        tx, context.settings.naming, request_id, caller.id, body.how, may_erase=_may_erase(caller)
    )
    return RequestOut.of(checked, tx.now)


@router.post("/requests/{request_id}/extension", dependencies=[requires(_SCOPE)])
async def extend(request_id: UUID, body: ExtensionIn, tx: TxDep, caller: CallerDep) -> RequestOut:
    """Give it more time, once, for a reason that the person is told."""
    extended = await service.extend(tx, request_id, caller.id, days=body.days, reason=body.reason)
    return RequestOut.of(extended, tx.now)


@router.post("/requests/{request_id}/refusal", dependencies=[requires(_SCOPE)])
async def refuse(request_id: UUID, body: ReasonIn, tx: TxDep, caller: CallerDep) -> RequestOut:
    """Refuse it, with a reason that the person is told."""
    return RequestOut.of(await service.refuse(tx, request_id, caller.id, body.reason), tx.now)


@router.post("/requests/{request_id}/completion", dependencies=[requires(_SCOPE)])
async def complete(request_id: UUID, body: DoneIn, tx: TxDep, caller: CallerDep) -> RequestOut:
    """A correction was made."""
    return RequestOut.of(await service.complete(tx, request_id, caller.id, body.done), tx.now)


@router.post("/requests/{request_id}/archive-link", dependencies=[requires(_SCOPE)])
async def make_link(request_id: UUID, tx: TxDep, context: ContextDep) -> ArchiveLinkOut:
    """Where the person fetches what is kept about them: once, for two weeks."""
    found = await archives.archive_of(tx, request_id)
    keys = context.settings.signing_keys()
    token = numbered(keys.current, make_token(keys.signing, request_id))
    return ArchiveLinkOut.of(found, f"{cast(Settings, context.settings).privacy_public_url}/archives/{token}")


def _genuine(request: Request, context: AppContext) -> Response | None:
    return None if _read(context, request.path_params["token"]) else unknown_link(_language(request))


@router.get(PATH, response_class=HTMLResponse, responses=_LATE, dependencies=[public(_genuine)])
async def ask_to_fetch(token: str, request: Request, tx: TxDep, context: ContextDep) -> HTMLResponse:
    """A page with a button."""
    request_id, language = _read(context, token), _language(request)
    try:
        found = await archives.archive_of(tx, request_id) if request_id is not None else None
    except (NothingToFetch, RequestNotFound):
        found = None
    return content.nothing_page(language) if found is None else content.fetch_page(found, language)


@router.post(
    PATH,
    response_class=Response,
    responses={**_LATE, 200: {"description": "The archive", "content": {"application/zip": {}}}},
    dependencies=[public(_genuine), body_limit(1024)],
)
async def fetch(token: str, request: Request, tx: TxDep, context: ContextDep) -> Response:
    """Hand the archive out; it is there for an hour more, in case the download breaks."""
    request_id, key = _read(context, token), context.settings.installation_key.get_secret_value()
    try:
        packed = await archives.fetch(tx, key, request_id, "archive-link") if request_id is not None else None
    except (NothingToFetch, RequestNotFound):
        packed = None
    if packed is None:
        return content.nothing_page(_language(request))
    headers = {"Content-Disposition": 'attachment; filename="data.zip"', "Cache-Control": "no-store"}
    return Response(packed, media_type="application/zip", headers=headers)


def _may_erase(caller: Principal) -> bool:
    return service.ERASING_SCOPE in caller.scopes


def _read(context: AppContext, token: str) -> UUID | None:
    return context.settings.signing_keys().read(token, read_token)


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))
