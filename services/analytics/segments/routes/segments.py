"""Segments over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query

from services.analytics.config import Settings
from services.analytics.segments.domain.vocabulary import SCORE_VALUES, VALUES
from services.analytics.segments.schemas import (
    CheckedOut,
    DefinitionIn,
    SegmentIn,
    SegmentOut,
    SegmentPatch,
    VersionOut,
    VocabularyOut,
)
from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service.definitions import Segment
from services.analytics.segments.service.vocabulary import catalogue
from shared.database.transaction import Tx
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.context import AppContext
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/segments", tags=["segments"])
_READ, _WRITE = requires("analytics:read"), requires("analytics:write")


@router.post("", status_code=201, dependencies=[_WRITE])
async def create_segment(body: SegmentIn, tx: TxDep, caller: CallerDep, context: ContextDep) -> SegmentOut:
    """Save a segment. It is filled over all history while events go on, and answers when that is done."""
    id = await segments.create_segment(
        tx, body.name, body.description, body.definition, caller.id, _settings(context).fact_days
    )
    return await _show(tx, id)


@router.post("/validate", dependencies=[_READ])
async def validate_definition(body: DefinitionIn, tx: TxDep, context: ContextDep) -> CheckedOut:
    """Check a definition without saving it; every problem points at its node and says the cure."""
    canonical, references = await segments.validate(tx, body.definition, _settings(context).fact_days)
    return CheckedOut(definition=canonical, segments=references)


@router.get("/vocabulary", dependencies=[_READ])
async def show_vocabulary(tx: TxDep, context: ContextDep) -> VocabularyOut:
    """What definitions may speak of: attributes and events with their types, segments and lists."""
    words = await catalogue(tx, _settings(context).fact_days)
    return VocabularyOut(
        attributes={name: kind.value for name, kind in sorted(words.attributes.items())},
        values={name: list(values) for name, values in VALUES.items()},
        scores={name: kind.value for name, kind in words.scores.items()},
        score_values={name: list(values) for name, values in SCORE_VALUES.items()},
        events={event: {name: kind.value for name, kind in kinds.items()} for event, kinds in words.events.items()},
        segments=sorted(UUID(id) for id in words.segments or ()),
        lists=sorted(UUID(id) for id in words.lists or ()),
    )


@router.get("", dependencies=[_READ])
async def list_segments(
    tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None, archived: Annotated[bool, Query()] = False
) -> Page[SegmentOut]:
    """Segments in the order in which they were made, with the number of their members now."""
    found = await segments.page(tx, id_in(after), limit + 1, archived=archived)
    counts, filled = await segments.figures(tx, [segment.segment_id for segment in found])
    items = [_out(segment, counts, filled) for segment in found[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(found) > limit else None)


@router.get("/{segment_id}", dependencies=[_READ])
async def show_segment(segment_id: UUID, tx: TxDep) -> SegmentOut:
    """One segment."""
    return await _show(tx, segment_id)


@router.patch("/{segment_id}", dependencies=[_WRITE])
async def change_segment(
    segment_id: UUID, body: SegmentPatch, tx: TxDep, caller: CallerDep, context: ContextDep
) -> SegmentOut:
    """Change it. A new definition is a new version; the old one answers until the new one is filled."""
    await segments.change_segment(
        tx, segment_id, body.name, body.description, body.definition, caller.id, _settings(context).fact_days
    )
    return await _show(tx, segment_id)


@router.post("/{segment_id}/archive", dependencies=[_WRITE])
async def archive_segment(segment_id: UUID, tx: TxDep) -> SegmentOut:
    """Put it away for good. Refused while other segments refer to it."""
    await segments.archive_segment(tx, segment_id)
    return await _show(tx, segment_id)


@router.get("/{segment_id}/versions", dependencies=[_READ])
async def list_versions(segment_id: UUID, tx: TxDep) -> list[VersionOut]:
    """Every version it has had."""
    return [VersionOut(**row) for row in await segments.versions_of(tx, segment_id)]


async def _show(tx: Tx, id: UUID) -> SegmentOut:
    found = await segments.get_segment(tx, id)
    counts, filled = await segments.figures(tx, [id])
    return _out(found, counts, filled)


def _out(found: Segment, counts: dict[UUID, int], filled: float) -> SegmentOut:
    filling = found.state == "backfilling"
    state: Any = "archived" if found.archived else "backfilling" if found.current_version is None else "live"
    if state == "live" and filling:
        state = "changing"
    return SegmentOut(
        id=found.segment_id,
        name=found.name,
        description=found.description,
        state=state,
        version=None if found.archived else found.current_version,
        newest_version=found.newest_version,
        definition=found.definition,
        members=counts.get(found.segment_id, 0) if state in ("live", "changing") else None,
        filled=filled if filling and not found.archived else None,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )


def _settings(context: AppContext) -> Settings:
    return cast(Settings, context.settings)
