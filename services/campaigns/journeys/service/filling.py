"""Let the members of a segment enter, piece by piece: at the start, or by a schedule."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.contacts.repository import copies
from services.campaigns.journeys.domain.journey import JourneyState
from services.campaigns.journeys.repository import journeys
from services.campaigns.journeys.service.entering import enter_customers
from services.campaigns.journeys.service.lifecycle import next_run
from shared.database.transaction import Tx
from shared.ids import new_id

# Members whose rows are locked at once.
PIECE = 1_000


async def to_fill(tx: Tx) -> list[UUID]:
    """Journeys that members of a segment are entering."""
    return await journeys.filling(tx)


async def begin_runs(tx: Tx, settings: Settings) -> int:
    """Journeys whose next run is due begin it, each once however late; returns how many."""
    due = await journeys.scheduled(tx)
    begun = 0
    for journey_id in due:
        journey = await journeys.find(tx, journey_id, lock=True)
        if journey is None or journey.state is not JourneyState.RUNNING or journey.scheduled_at is None:
            continue
        live = await journeys.find_versions(tx, [(journey.id, journey.live or 0)])
        following = [next_run(settings, version.definition, tx.now) for version in live.values()]
        # No new version: nobody decided anything.
        await journeys.update(
            tx,
            replace(
                journey,
                run_id=new_id(),
                filling=True,
                filled_after=None,
                scheduled_at=following[0] if following else None,
            ),
        )
        begun += 1
    return begun


async def fill_piece(tx: Tx, journey_id: UUID, size: int = PIECE) -> bool:
    """The next members of the segment enter; False when those were the last, or the journey does not run. A piece that
    is cut off leaves nothing behind, and one that comes twice changes nothing."""
    journey = await journeys.find(tx, journey_id, lock=True)
    if journey is None or journey.state is not JourneyState.RUNNING or not journey.filling or journey.live is None:
        return False
    version = (await journeys.find_versions(tx, [(journey.id, journey.live)]))[journey.id, journey.live]
    segment = version.definition.entry_segment
    members = await copies.members_after(tx, segment, journey.filled_after, tx.now, size) if segment else []
    if members:
        await enter_customers(tx, journey, version, dict.fromkeys(members, journey.run_id))
    done = len(members) < size
    await journeys.update(
        tx, replace(journey, filling=not done, filled_after=members[-1] if members and not done else None)
    )
    return not done
