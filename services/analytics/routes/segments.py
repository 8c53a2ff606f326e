"""Segments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast
from uuid import UUID

from fastapi import Query
from starlette.responses import StreamingResponse

from services.analytics.config import Settings
from services.analytics.routes.cursors import after_id
from services.analytics.schemas import (
    CheckedOut,
    DefinitionIn,
    ExplanationOut,
    MemberOut,
    PreviewIn,
    PreviewOut,
    ReasonOut,
    SegmentIn,
    SegmentOut,
    SegmentPatch,
    VersionOut,
    VocabularyOut,
)
from services.analytics.service import explaining, previewing, segments
from services.analytics.service import members as membership
from services.analytics.service.programs import Programs
from services.analytics.service.segments import Segment
from shared.database.transaction import Tx
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.context import AppContext
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor

router = APIRouter(prefix="/segments", tags=["segments"])
_READ, _WRITE = requires("analytics:read"), requires("analytics:write")
_MEDIA = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


@router.post("", status_code=201, dependencies=[_WRITE])
async def create_segment(body: SegmentIn, tx: TxDep, caller: CallerDep, context: ContextDep) -> SegmentOut:
    """Save a segment. It is filled over all history while events go on, and answers when that is done."""
    id = await segments.create_segment(
        tx, body.name, body.description, body.definition, caller.id, _settings(context).fact_days
    )
    return await _one(tx, id)


@router.post("/validate", dependencies=[_READ])
async def validate_definition(body: DefinitionIn, tx: TxDep, context: ContextDep) -> CheckedOut:
    """Check a definition without saving it; every problem points at its node and says the cure."""
    canonical, references = await segments.validate(tx, body.definition, _settings(context).fact_days)
    return CheckedOut(definition=canonical, segments=references)


@router.post("/preview", dependencies=[_READ])
async def preview_definition(body: PreviewIn, context: ContextDep) -> PreviewOut:
    """How many customers it would hold now, and some of them. When time runs out: an estimate with its bounds."""
    settings = _settings(context)
    found = await previewing.preview(
        context.database, body.definition, body.sample, settings.preview_limit_s, settings.fact_days
    )
    low, high = found.bounds()
    return PreviewOut(
        members=found.members, exact=found.exact, low=low, high=high, customers=found.customers, sample=found.sample
    )


@router.get("/vocabulary", dependencies=[_READ])
async def show_vocabulary(tx: TxDep, context: ContextDep) -> VocabularyOut:
    """What definitions may speak of: attributes and events with their types, segments and lists."""
    words = await segments.catalogue(tx, _settings(context).fact_days)
    return VocabularyOut(
        attributes={name: kind.value for name, kind in sorted(words.attributes.items())},
        events={event: {name: kind.value for name, kind in kinds.items()} for event, kinds in words.events.items()},
        segments=sorted(UUID(id) for id in words.segments or ()),
        lists=sorted(UUID(id) for id in words.lists or ()),
    )


@router.get("", dependencies=[_READ])
async def list_segments(
    tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None, archived: Annotated[bool, Query()] = False
) -> Page[SegmentOut]:
    """Segments in the order in which they were made, with the number of their members now."""
    found = await segments.page(tx, after_id(after), limit + 1, archived=archived)
    counts, filled = await segments.figures(tx, [one.segment_id for one in found])
    items = [_out(one, counts, filled) for one in found[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(found) > limit else None)


@router.get("/{segment_id}", dependencies=[_READ])
async def show_segment(segment_id: UUID, tx: TxDep) -> SegmentOut:
    """One segment."""
    return await _one(tx, segment_id)


@router.patch("/{segment_id}", dependencies=[_WRITE])
async def change_segment(
    segment_id: UUID, body: SegmentPatch, tx: TxDep, caller: CallerDep, context: ContextDep
) -> SegmentOut:
    """Change it. A new definition is a new version; the old one answers until the new one is filled."""
    await segments.change_segment(
        tx, segment_id, body.name, body.description, body.definition, caller.id, _settings(context).fact_days
    )
    return await _one(tx, segment_id)


@router.post("/{segment_id}/archive", dependencies=[_WRITE])
async def archive_segment(segment_id: UUID, tx: TxDep) -> SegmentOut:
    """Put it away for good. Refused while other segments refer to it."""
    await segments.archive_segment(tx, segment_id)
    return await _one(tx, segment_id)


@router.get("/{segment_id}/versions", dependencies=[_READ])
async def list_versions(segment_id: UUID, tx: TxDep) -> list[VersionOut]:
    """Every version it has had."""
    return [VersionOut(**row) for row in await segments.versions_of(tx, segment_id)]


@router.get("/{segment_id}/members", dependencies=[_READ])
async def list_members(
    segment_id: UUID, tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None
) -> Page[MemberOut]:
    """Members by the version that answers, in the order of their ids."""
    rows = await membership.members(tx, segment_id, after_id(after), limit + 1)
    items = [MemberOut(customer_id=id, since=since) for id, since in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].customer_id}) if len(rows) > limit else None)


@router.get("/{segment_id}/members/export", dependencies=[_READ], response_class=StreamingResponse)
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


@router.get("/{segment_id}/explain/{customer_id}", dependencies=[_READ])
async def explain_membership(segment_id: UUID, customer_id: UUID, tx: TxDep, context: ContextDep) -> ExplanationOut:
    """Why in, why out, and when that will change by itself."""
    programs = context.extras.setdefault("programs", Programs())
    found = await explaining.explain_membership(tx, programs, segment_id, customer_id)
    at, changes_at = explaining.moments(found)
    return ExplanationOut(
        segment_id=segment_id,
        customer_id=customer_id,
        version=found.version,
        inside=found.inside,
        at=at,
        changes_at=changes_at,
        reason=ReasonOut(**explaining.as_json(found.reason)),
    )


async def _one(tx: Tx, id: UUID) -> SegmentOut:
    found = await segments.get_segment(tx, id)
    counts, filled = await segments.figures(tx, [id])
    return _out(found, counts, filled)


def _out(found: Segment, counts: dict[UUID, int], filled: float) -> SegmentOut:
    filling = found.state == "backfilling"
    state: Any = "archived" if found.archived else "live" if found.current_version is not None else "backfilling"
    return SegmentOut(
        id=found.segment_id,
        name=found.name,
        description=found.description,
        state=state,
        version=None if found.archived else found.current_version,
        newest_version=found.newest_version,
        definition=found.definition,
        members=counts.get(found.segment_id, 0) if state == "live" else None,
        filled=filled if filling else None,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )


def _settings(context: AppContext) -> Settings:
    return cast(Settings, context.settings)
