"""Objections to profiling."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.analytics.identity.service import resolve
from services.analytics.scorecards import repository as scorecards
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged
from shared.database.transaction import Tx


async def forget_scores(tx: Tx, objecting: Mapping[UUID, Envelope[ConsentChanged]]) -> None:
    """No scores of these customers, nor of those who stand for them; memberships follow. No later fit looks at them,
    for as long as they object."""
    survivors = (await resolve(tx, objecting)).survivors
    for id, event in objecting.items():
        everybody = [id, survivors[id]] if id in survivors else [id]
        scored = await scorecards.remove(tx, everybody)
        await scorecards.mark_changed(tx, scored, event.recorded_at, event.origin, event.id)
