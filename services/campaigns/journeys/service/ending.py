"""End the runs of travellers before their last step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.campaigns.journeys.domain.steps import Turn
from services.campaigns.journeys.domain.travellers import Traveller
from services.campaigns.journeys.repository import ending, travellers, visits
from services.campaigns.journeys.repository.ending import Query
from services.campaigns.journeys.repository.visits import CountKey
from services.campaigns.messages.service.settling import refuse_messages
from shared.database.transaction import Tx

# Rows that are locked at once.
PIECE = 2_000


async def end_travellers(tx: Tx, leaving: Sequence[Traveller], reason: str) -> int:
    """These, who are locked, are at the end; messages to them that no sender has in hand are refused. Returns how
    many."""
    if not leaving:
        return 0
    waiting = await ending.message_ids(tx, leaving)
    turns = [Turn(traveller) for traveller in leaving]
    counts: Counter[CountKey] = Counter()
    for turn in turns:
        before = turn.traveller
        turn.leave_early(max(tx.now, before.since), reason)
        counts[CountKey(before.journey_id, before.version, before.node, "ended", reason)] += 1
        counts[CountKey(before.journey_id, before.version, "", "ended", reason)] += 1
    await travellers.save(tx, [(turn.traveller, None) for turn in turns])
    await visits.add(tx, [(before, turn.visits) for before, turn in zip(leaving, turns, strict=True)])
    await refuse_messages(tx, waiting, f"journey-{reason}")
    await visits.count(tx, counts)
    return len(leaving)


async def end_piece(tx: Tx, journey_id: UUID, query: Query, reason: str) -> int:
    """Up to PIECE travellers of the journey who are inside and meet the query leave; returns how many."""
    found = await ending.inside(tx, journey_id, query, PIECE)
    return await end_travellers(tx, found, reason)


async def count_inside(tx: Tx, journey_id: UUID, query: Query) -> int:
    """How many would leave."""
    return await ending.count_inside(tx, journey_id, query)


async def end_leaving(tx: Tx) -> int:
    """Of stopped journeys, and of those that were paused with `drop`, the next who are inside leave; returns how
    many."""
    ended = 0
    for journey_id, before in await ending.leaving(tx):
        reason = "stopped" if before is None else "dropped"
        ended += await end_piece(tx, journey_id, Query(entered_before=before), reason)
    return ended


async def end_all(tx: Tx, journey_id: UUID, reason: str, *, entered_before: datetime | None = None) -> None:
    """Everybody inside leaves, however many they are."""
    while await end_piece(tx, journey_id, Query(entered_before=entered_before), reason):
        pass
