"""SQL of statements that came with files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from services.privacy.consents.domain.ledger import Line
from services.privacy.consents.repository import LINE_COLUMNS, line_of
from shared.database.transaction import Tx

# Whoever sends the same at the same time waits here.
_TAKE = text("""
    insert into imported_consents (consent_id, import_id, recorded_at)
    select id, :import_id, :now from unnest(cast(:ids as uuid[])) as t(id) order by 1
    on conflict do nothing returning consent_id
""")
_FORGET = text("delete from imported_consents where consent_id = any(cast(:ids as uuid[]))")
_ANNUL = text("""
    update imported_consents set annulled_at = :now, annulled_by = :by
    where consent_id = any(cast(:ids as uuid[])) and annulled_at is null returning consent_id
""")
_ANNULLED = text("""
    select consent_id from imported_consents
    where consent_id = any(cast(:ids as uuid[])) and annulled_at is not null
""")
_LINES = text(f"""
    select c.*, n.text from (
        select {LINE_COLUMNS} from consents where customer_id = any(cast(:ids as uuid[]))
    ) as c left join notices n using (notice_id)
    order by c.version
""")


async def take(tx: Tx, import_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that were not recorded before."""
    rows = await tx.rows(_TAKE, {"import_id": import_id, "ids": list(ids), "now": tx.now})
    return {row["consent_id"] for row in rows}


async def forget(tx: Tx, ids: Sequence[UUID]) -> None:
    """Nothing was recorded under these: they may be sent again."""
    if ids:
        await tx.execute(_FORGET, {"ids": list(ids)})


async def annul(tx: Tx, ids: Sequence[UUID], by: str) -> set[UUID]:
    """Those of `ids` that counted until now."""
    rows = await tx.rows(_ANNUL, {"ids": list(ids), "now": tx.now, "by": by})
    return {row["consent_id"] for row in rows}


async def annulled_among(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that do not count."""
    return {row["consent_id"] for row in await tx.rows(_ANNULLED, {"ids": sorted(set(ids))})}


async def lines_of(tx: Tx, subjects: Sequence[UUID]) -> Mapping[UUID, Sequence[Line]]:
    """The whole ledger of these subjects, each in the order in which it was written."""
    found: dict[UUID, list[Line]] = {subject: [] for subject in subjects}
    for row in await tx.rows(_LINES, {"ids": sorted(set(subjects))}):
        found[row["customer_id"]].append(line_of(row))
    return found
