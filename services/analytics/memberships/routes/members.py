"""Members of a segment over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import StreamingResponse

from services.analytics.memberships.schemas import MemberOut
from services.analytics.memberships.service import members as membership
from shared.web import APIRouter, ContextDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(
    prefix="/segments/{segment_id}/members", tags=["segments"], dependencies=[requires("analytics:read")]
)
_MEDIA = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


@router.get("")
async def list_members(
    segment_id: UUID, tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[MemberOut]:
    """Members by the version that answers, in the order of their ids."""
    rows = await membership.members(tx, segment_id, id_in(after), limit + 1)
    items = [MemberOut(customer_id=id, since=since) for id, since in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].customer_id}) if len(rows) > limit else None)


@router.get("/export", response_class=StreamingResponse)
async def export_members(
    segment_id: UUID, context: ContextDep, format: Annotated[Literal["ndjson", "csv"], Query()] = "ndjson"
) -> StreamingResponse:
    """All members, as a stream of lines."""
    lines = await membership.export(context.database, segment_id, format)
    return StreamingResponse(
        lines,
        media_type=_MEDIA[format],
        headers={"Content-Disposition": f'attachment; filename="segment-{segment_id}.{format}"'},
    )
