"""Forms: what a hosted page or a form in a page of the firm's shows."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.privacy.signups import content
from services.privacy.signups.routes.admission import settings_of
from services.privacy.signups.schemas import EmbedOut, FormIn, FormOut, FormsOut
from services.privacy.signups.service import forms as service
from services.privacy.site.content import language_of
from shared.errors import NotFound
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires

router = APIRouter(prefix="/signup-forms", tags=["sign-up"])

FormName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$", description="the form's name", examples=["shop"])]


@router.get("", dependencies=[requires("privacy:read")])
async def list_forms(tx: TxDep) -> FormsOut:
    """Every form."""
    return FormsOut(items=[FormOut.of(form) for form in await service.list_forms(tx)])


@router.get("/{name}", dependencies=[requires("privacy:read")])
async def show_form(name: FormName, tx: TxDep) -> FormOut:
    """One form."""
    return FormOut.of(await service.show_form(tx, name))


@router.put("/{name}", dependencies=[requires("privacy:admin")])
async def define_form(name: FormName, body: FormIn, tx: TxDep, caller: CallerDep) -> FormOut:
    """Define a form, or change it: its page is /forms/{name}."""
    return FormOut.of(await service.define_form(tx, body.form(name, caller.id)))


@router.get("/{name}/embed", dependencies=[requires("privacy:read")])
async def show_embed(
    name: FormName,
    tx: TxDep,
    context: ContextDep,
    language: Annotated[str | None, Query(max_length=10, description="language tag of its words")] = None,
) -> EmbedOut:
    """HTML to paste into a page: the form with the newest wordings, without scripts. Paste it again when a wording
    changes: the form refuses wordings that are no longer the newest, and shows its own page instead."""
    await service.show_form(tx, name)
    shown = await service.open_form(tx, name, [language_of(None, [language])])
    if shown is None:
        raise NotFound("The form is archived, or has no language in which all its wordings are there.")
    base = settings_of(context).privacy_public_url
    return EmbedOut(html=content.embed(shown, base), url=f"{base}/forms/{name}", language=shown.language)
