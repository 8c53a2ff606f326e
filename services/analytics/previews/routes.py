"""Previews over HTTP."""

from __future__ import annotations

from typing import cast

from services.analytics.config import Settings
from services.analytics.previews import service as previewing
from services.analytics.previews.schemas import PreviewIn, PreviewOut
from shared.web import APIRouter, ContextDep, requires

router = APIRouter(prefix="/segments/preview", tags=["segments"], dependencies=[requires("analytics:read")])


@router.post("")
async def preview_definition(body: PreviewIn, context: ContextDep) -> PreviewOut:
    """How many customers it would hold now, and some of them. When time runs out: an estimate with its bounds."""
    settings = cast(Settings, context.settings)
    found = await previewing.preview(
        context.database, body.definition, body.sample, settings.preview_limit_s, settings.fact_days
    )
    low, high = found.bounds()
    return PreviewOut(
        members=found.members, exact=found.exact, low=low, high=high, customers=found.customers, sample=found.sample
    )
