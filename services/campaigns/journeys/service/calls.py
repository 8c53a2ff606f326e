"""What is done with single customers of a journey by call: let them enter, let them leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.campaigns.journeys.domain.definition import ByApi
from services.campaigns.journeys.domain.journey import JourneyState
from services.campaigns.journeys.errors import NotPossibleNow
from services.campaigns.journeys.repository import journeys
from services.campaigns.journeys.repository.ending import Query
from services.campaigns.journeys.service.ending import count_inside, end_piece
from services.campaigns.journeys.service.entering import enter_customers
from services.campaigns.journeys.service.journeys import get_journey
from shared.database.transaction import Tx


async def enter(tx: Tx, journey_id: UUID, entry_id: UUID, customer_ids: Sequence[UUID]) -> dict[str, int]:
    """These customers enter; returns how many, by what came of it. Raises JourneyNotFound; NotPossibleNow when the
    journey does not run or is not entered by call."""
    journey = await get_journey(tx, journey_id)
    if journey.state not in (JourneyState.RUNNING, JourneyState.PAUSED) or journey.live is None:
        raise NotPossibleNow(f"The journey is {journey.state}.", cure="Start it first.", state=journey.state.value)
    version = (await journeys.find_versions(tx, [(journey.id, journey.live)]))[journey.id, journey.live]
    if not isinstance(version.definition.entry, ByApi):
        raise NotPossibleNow(
            f"The journey is entered by {version.definition.entry.kind}, not by call.",
            cure='Give it the entry {"kind": "api"}.',
            where="/entry",
        )
    return await enter_customers(tx, journey, version, dict.fromkeys(customer_ids, entry_id))


def query_of(asked: Mapping[str, Any]) -> Query:
    """The query of a call."""
    return Query(**asked)


async def end(tx: Tx, journey_id: UUID, query: Query, *, dry_run: bool) -> int:
    """Those inside who meet the query leave, a piece of them at a time; returns how many, or would be. Raises
    JourneyNotFound."""
    await get_journey(tx, journey_id)
    if dry_run:
        return await count_inside(tx, journey_id, query)
    return await end_piece(tx, journey_id, query, "cancelled")
