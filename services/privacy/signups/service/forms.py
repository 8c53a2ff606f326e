"""Define forms, and find what a form shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.privacy.notices import repository as notices
from services.privacy.notices.domain import Notice
from services.privacy.signups import repository
from services.privacy.signups.domain import CHANNEL, Form
from services.privacy.signups.errors import FormNotFound, FormShowsNothing
from shared.database.transaction import Tx
from shared.nearest import nearest

# Versions of one wording that are looked through for the newest in a language.
_VERSIONS = 200


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as it is shown in one language: the newest version of each of its wordings."""

    form: Form
    language: str
    notices: Sequence[Notice]


async def define_form(tx: Tx, form: Form) -> Form:
    """The form is as given from now on. Raises FormShowsNothing when one of its wordings is not there."""
    for place, name in enumerate(form.notices):
        if not await _versions(tx, name):
            raise FormShowsNothing(
                f"There is no wording {name!r} that asks for e-mail.",
                cure="Store it first: POST /notices.",
                where=f"/notices/{place}",
            )
    await repository.store_form(tx, form)
    return await show_form(tx, form.name)


async def show_form(tx: Tx, name: str) -> Form:
    """The form of this name. Raises FormNotFound with the nearest one."""
    known = await repository.forms(tx)
    if name not in known:
        near = nearest(name, known)
        raise FormNotFound(f"There is no form {name!r}.{f' Did you mean {near}?' if near else ''}")
    return known[name]


async def list_forms(tx: Tx) -> list[Form]:
    """Every form, by name."""
    return list((await repository.forms(tx)).values())


async def open_form(tx: Tx, name: str, languages: Sequence[str]) -> ShownForm | None:
    """What a form shows, in the first of these languages in which all its wordings are there, else in whichever has
    them; None when there is no such form, or it is archived."""
    form = (await repository.forms(tx, name)).get(name)
    if form is None or form.archived:
        return None
    newest: list[dict[str, Notice]] = []
    for notice_name in form.notices:
        by_language: dict[str, Notice] = {}
        for notice in await _versions(tx, notice_name):
            by_language.setdefault(notice.language, notice)
        newest.append(by_language)
    if not newest:
        return None
    complete = sorted(set(newest[0]).intersection(*newest))
    for language in (*languages, *complete):
        if language in complete:
            return ShownForm(form, language, [of_name[language] for of_name in newest])
    return None


async def _versions(tx: Tx, name: str) -> list[Notice]:
    """The versions of a wording that ask for e-mail, the newest first."""
    found = await notices.page(tx, name=name, language=None, purpose=None, before=None, limit=_VERSIONS)
    return [notice for notice in found if CHANNEL in notice.channels]
