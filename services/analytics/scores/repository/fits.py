"""Fits: asked for, done, refused, and looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_REQUEST = text("""
    insert into score_fits (fit_id, model, state, options, requested_at, requested_by)
    values (:id, :model, 'waiting', cast(:options as jsonb), :now, :by)
""")
_WAITING = text("select * from score_fits where state = 'waiting' order by requested_at, fit_id limit 1")
_FINISH = text("""
    update score_fits set state = :state, as_of = :as_of, finished_at = :now, customers = :customers,
        parameters = cast(:parameters as jsonb), quality = cast(:quality as jsonb), reason = :reason, detail = :detail
    where fit_id = :id
""")
_FITS = text("""
    select * from score_fits where cast(:after as uuid) is null or fit_id < :after order by fit_id desc limit :limit
""")
_GET = text("select * from score_fits where fit_id = :id")
_LAST = text("select max(requested_at) from score_fits where model = any(cast(:models as text[]))")
_PUBLISHED = text("""
    select * from score_fits where state = 'published' and model = any(cast(:models as text[]))
    order by finished_at desc, fit_id desc limit 1
""")


async def request(tx: Tx, id: UUID, model: str, options: Mapping[str, Any], by: str) -> None:
    """A fit that waits for the job."""
    values = {"id": id, "model": model, "options": to_jsonb(options), "now": tx.now, "by": by}
    await tx.execute(_REQUEST, values)


async def waiting(tx: Tx) -> Any:
    """The fit that has waited the longest, or None."""
    return await tx.row(_WAITING)


async def finish(
    tx: Tx, id: UUID, state: str, as_of: datetime, customers: int, *, parameters: Mapping[str, Any] | None = None,
    quality: Mapping[str, Any] | None = None, reason: str | None = None, detail: str | None = None,
) -> None:  # fmt: skip
    """The fit is published, or refused for a reason."""
    await tx.execute(
        _FINISH,
        {"id": id, "state": state, "as_of": as_of, "now": tx.now, "customers": customers, "reason": reason,
         "detail": detail, "parameters": None if parameters is None else to_jsonb(parameters),
         "quality": None if quality is None else to_jsonb(quality)},
    )  # fmt: skip


async def page(tx: Tx, after: UUID | None, limit: int) -> Sequence[Any]:
    """Fits, the newest first."""
    return await tx.rows(_FITS, {"after": after, "limit": limit})


async def get(tx: Tx, id: UUID) -> Any:
    """One fit, or None."""
    return await tx.row(_GET, {"id": id})


async def last_requested(tx: Tx, models: Sequence[str]) -> datetime | None:
    """When a fit of one of these models was asked for the last time."""
    found: datetime | None = await tx.value(_LAST, {"models": list(models)})
    return found


async def last_published(tx: Tx, models: Sequence[str]) -> Any:
    """The newest published fit of one of these models, or None."""
    return await tx.row(_PUBLISHED, {"models": list(models)})
