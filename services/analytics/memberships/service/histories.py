"""Read all that is stored of customers, as the engine wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.analytics.facts import repository as facts
from services.analytics.memberships import domain
from services.analytics.scorecards import repository as scorecards
from services.analytics.segments.domain.engine import History
from services.analytics.segments.repository import lists
from shared.database.transaction import Tx


async def histories(
    tx: Tx, groups: Mapping[UUID, Sequence[UUID]], kinds: Sequence[str] | None = None, since: datetime | None = None
) -> dict[UUID, History]:
    """What is stored of these customers; of the facts only these kinds, and those since then, if that is given."""
    if not groups:
        return {}
    everybody = [member for members in groups.values() for member in members]
    return domain.histories(
        groups,
        await facts.facts_of(tx, everybody, kinds, since),
        await facts.profiles_of(tx, groups),
        await facts.consents_of(tx, everybody),
        await lists.lists_of(tx, everybody),
        await scorecards.scores_of(tx, groups),
    )
