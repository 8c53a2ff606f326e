"""Read and write purposes and wordings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from services.privacy.notices.domain import Basis, Notice, NoticeKey, Purpose, Terms
from shared.database.transaction import Tx

_PURPOSE = "name, labels, description, channels, bases, built_in, archived, changed_by, changed_at"
_PURPOSES = text(f"select {_PURPOSE} from purposes order by name")
_STORE_PURPOSE = text(f"""
    insert into purposes ({_PURPOSE})
    values (:name, cast(:labels as jsonb), :description, cast(:channels as text[]), cast(:bases as jsonb), :built_in,
            :archived, :changed_by, :now)
    on conflict (name) do update set labels = excluded.labels, description = excluded.description,
        channels = excluded.channels, bases = excluded.bases, archived = excluded.archived,
        changed_by = excluded.changed_by, changed_at = excluded.changed_at
""")
_NOTICE = "notice_id, name, version, language, purpose, channels, text, recorded_at, recorded_by"
_STORE_NOTICE = text("""
    insert into notices
        (notice_id, name, version, language, purpose, channels, text, sha256, recorded_at, recorded_by)
    values (:notice_id, :name, :version, :language, :purpose, cast(:channels as text[]), :text, :sha256, :now,
            :recorded_by)
    on conflict (name, version, language) do nothing
""")
_BY_KEYS = text(f"""
    select {_NOTICE} from notices join unnest(
        cast(:names as text[]), cast(:versions as text[]), cast(:languages as text[])) as t(name, version, language)
    using (name, version, language)
""")
_BY_IDS = text(f"select {_NOTICE} from notices where notice_id = any(cast(:ids as uuid[]))")
_KEYS = text("select name, version, language from notices order by recorded_at desc limit 1000")
_PAGE = text(f"""
    select {_NOTICE} from notices
    where (cast(:name as text) is null or name = :name) and (cast(:language as text) is null or language = :language)
      and (cast(:purpose as text) is null or purpose = :purpose)
      and (cast(:before as uuid) is null or notice_id < :before)
    order by notice_id desc limit :limit
""")


async def purposes(tx: Tx) -> dict[str, Purpose]:
    """Every purpose, by name."""
    return {row["name"]: _purpose(row) for row in await tx.rows(_PURPOSES)}


async def store_purpose(tx: Tx, purpose: Purpose) -> None:
    """The purpose is as given from now on."""
    await tx.execute(
        _STORE_PURPOSE,
        {
            "name": purpose.name,
            "labels": json.dumps(dict(purpose.labels)),
            "description": purpose.description,
            "channels": list(purpose.channels),
            "bases": json.dumps([{"basis": terms.basis.value, "days": terms.days} for terms in purpose.bases]),
            "built_in": purpose.built_in,
            "archived": purpose.archived,
            "changed_by": purpose.changed_by,
            "now": tx.now,
        },
    )


async def store_notice(tx: Tx, notice: Notice) -> Notice:
    """The wording is kept, unless this version of it is kept already; returns what is kept."""
    await tx.execute(
        _STORE_NOTICE,
        {
            "notice_id": notice.notice_id,
            "name": notice.name,
            "version": notice.version,
            "language": notice.language,
            "purpose": notice.purpose,
            "channels": list(notice.channels),
            "text": notice.text,
            "sha256": notice.wording.hash,
            "now": tx.now,
            "recorded_by": notice.recorded_by,
        },
    )
    key = NoticeKey.of(notice)
    return (await by_keys(tx, [key]))[key]


async def by_keys(tx: Tx, keys: Iterable[NoticeKey]) -> dict[NoticeKey, Notice]:
    """The wordings with these names."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    columns = {
        "names": [key.name for key in wanted],
        "versions": [key.version for key in wanted],
        "languages": [key.language for key in wanted],
    }
    found = [_notice(row) for row in await tx.rows(_BY_KEYS, columns)]
    return {NoticeKey.of(notice): notice for notice in found}


async def by_ids(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Notice]:
    """The wordings with these ids."""
    found = [_notice(row) for row in await tx.rows(_BY_IDS, {"ids": sorted(set(ids))})]
    return {notice.notice_id: notice for notice in found}


async def known_keys(tx: Tx) -> Sequence[NoticeKey]:
    """The names of the newest wordings."""
    return [NoticeKey(**row) for row in await tx.rows(_KEYS)]


async def page(
    tx: Tx, *, name: str | None, language: str | None, purpose: str | None, before: UUID | None, limit: int
) -> list[Notice]:
    """Wordings, newest first."""
    wanted: dict[str, Any] = {"name": name, "language": language, "purpose": purpose, "before": before, "limit": limit}
    return [_notice(row) for row in await tx.rows(_PAGE, wanted)]


def _purpose(row: RowMapping) -> Purpose:
    bases = tuple(Terms(Basis(terms["basis"]), terms["days"]) for terms in row["bases"])
    return Purpose(**{**row, "channels": tuple(row["channels"]), "bases": bases})


def _notice(row: RowMapping) -> Notice:
    return Notice(**{**row, "channels": tuple(row["channels"])})
