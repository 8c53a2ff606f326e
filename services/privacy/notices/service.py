"""Define purposes, keep wordings, and find what a statement is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.privacy.notices import repository
from services.privacy.notices.domain import Basis, Notice, NoticeKey, Purpose, Terms
from services.privacy.notices.errors import (
    BasisNotAllowed,
    ChannelNotOffered,
    NoticeMeansOther,
    NoticeNotFound,
    NoticeStands,
    PurposeArchived,
    PurposeFixed,
    PurposeNotFound,
    UnknownNotice,
    UnknownPurpose,
)
from services.privacy.permits.domain import SERVICE_PURPOSE
from shared.database.transaction import Tx
from shared.nearest import nearest


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The purposes that are defined, and the wordings that some statements name."""

    purposes: Mapping[str, Purpose]
    notices: Mapping[NoticeKey, Notice]
    names: Sequence[NoticeKey] = ()

    def purpose(self, name: str, where: str = "/purpose") -> Purpose:
        """The purpose of this name. Raises UnknownPurpose with the nearest one."""
        purpose = self.purposes.get(name)
        if purpose is None:
            raise UnknownPurpose(
                f"There is no purpose {name!r}.{_nearest(name, self.purposes)}",
                cure="Use one of GET /purposes, or define it first: PUT /purposes/{name}.",
                where=where,
            )
        return purpose

    def granted_for(self, name: str, channel: str, basis: str) -> Terms:
        """The terms of a grant for a purpose, over a channel, on a basis. Raises UnknownPurpose, PurposeArchived,
        ChannelNotOffered, BasisNotAllowed."""
        purpose = self.purpose(name)
        if purpose.archived:
            raise PurposeArchived(
                f"{name} is archived: it takes refusals only.", cure="Use another purpose.", where="/purpose"
            )
        if channel not in purpose.channels:
            raise ChannelNotOffered(
                f"{name} uses {', '.join(purpose.channels)}.", cure="Change the purpose first.", where="/channel"
            )
        terms = purpose.on(Basis(basis))
        if terms is None:
            allowed = ", ".join(terms.basis.value for terms in purpose.bases)
            raise BasisNotAllowed(f"{name} may rest on {allowed}.", cure="Send one of these.", where="/basis")
        return terms

    def notice(self, key: NoticeKey, purpose: str, channel: str) -> Notice:
        """The wording of this name, which asks for this purpose and channel. Raises UnknownNotice,
        NoticeMeansOther."""
        notice = self.notices.get(key)
        if notice is None:
            raise UnknownNotice(
                f"There is no wording {key}.{_alternatives(key, self.names)}",
                cure="Store it first: POST /notices.",
                where="/notice",
            )
        if notice.purpose != purpose or channel not in notice.channels:
            raise NoticeMeansOther(
                f"This wording asks for {notice.purpose} by {', '.join(notice.channels)}.",
                cure="Name the wording that the person saw.",
                where="/notice",
            )
        return notice


async def read_catalogue(tx: Tx, keys: Iterable[NoticeKey] = ()) -> Catalogue:
    """Every purpose, and the wordings of these names."""
    wanted = set(keys)
    found = await repository.by_keys(tx, wanted)
    names = await repository.known_keys(tx) if wanted - found.keys() else ()
    return Catalogue(await repository.purposes(tx), found, names)


async def list_purposes(tx: Tx) -> list[Purpose]:
    """Every purpose, by name."""
    return list((await repository.purposes(tx)).values())


async def show_purpose(tx: Tx, name: str) -> Purpose:
    """One purpose. Raises PurposeNotFound."""
    known = await repository.purposes(tx)
    if name not in known:
        raise PurposeNotFound(f"There is no purpose {name!r}.{_nearest(name, known)}", cure="See GET /purposes.")
    return known[name]


async def define_purpose(tx: Tx, wanted: Purpose) -> Purpose:
    """The purpose is defined as given from now on; what was said about it before stands. Raises PurposeFixed for
    `service`, and when somebody would archive a built-in one."""
    before = (await repository.purposes(tx)).get(wanted.name)
    built_in = before is not None and before.built_in
    if wanted.name == SERVICE_PURPOSE or (built_in and wanted.archived):
        raise PurposeFixed(f"{wanted.name} is built in.", cure="Define a purpose of another name.")
    await repository.store_purpose(tx, replace(wanted, built_in=built_in))
    return await show_purpose(tx, wanted.name)


async def store_notice(tx: Tx, notice: Notice) -> Notice:
    """The wording is kept for ever; stored again, it is the same one. Raises UnknownPurpose, ChannelNotOffered, and
    NoticeStands when this version says something else in this language."""
    catalogue = await read_catalogue(tx)
    purpose = catalogue.purpose(notice.purpose)
    for channel in notice.channels:
        if channel not in purpose.channels:
            raise ChannelNotOffered(
                f"{purpose.name} uses {', '.join(purpose.channels)}.", cure="Change the purpose.", where="/channels"
            )
    kept = await repository.store_notice(tx, notice)
    same = (kept.text, kept.purpose, kept.channels) == (notice.text, notice.purpose, notice.channels)
    if not same:
        raise NoticeStands(
            f"{NoticeKey.of(kept)} is kept with other words, or for something else.", cure="Give it a new version."
        )
    return kept


async def show_notice(tx: Tx, notice_id: UUID) -> Notice:
    """One wording. Raises NoticeNotFound."""
    found = await repository.by_ids(tx, [notice_id])
    if notice_id not in found:
        raise NoticeNotFound(f"There is no wording {notice_id}.", cure="See GET /notices.")
    return found[notice_id]


async def list_notices(
    tx: Tx, *, name: str | None, language: str | None, purpose: str | None, before: UUID | None, limit: int
) -> list[Notice]:
    """Wordings, newest first."""
    return await repository.page(tx, name=name, language=language, purpose=purpose, before=before, limit=limit)


def _nearest(name: str, names: Iterable[str]) -> str:
    near = nearest(name, names)
    return f" Did you mean {near}?" if near else ""


def _alternatives(key: NoticeKey, names: Sequence[NoticeKey]) -> str:
    """What there is instead: other languages of this version, other versions, or another name."""
    languages = sorted({other.language for other in names if (other.name, other.version) == (key.name, key.version)})
    if languages:
        return f" This version is there in {', '.join(languages)}."
    versions = sorted({other.version for other in names if other.name == key.name})
    if versions:
        return f" Its versions are {', '.join(versions)}."
    return _nearest(key.name, sorted({other.name for other in names}))
