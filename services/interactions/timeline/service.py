"""Questions about interactions: whose timeline, which one, how many."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from services.interactions.identity.service import alias_group
from services.interactions.timeline import repository
from services.interactions.timeline.domain import Count, Filters, Interaction
from services.interactions.timeline.errors import InteractionNotFound, InvalidFilter
from shared.database.transaction import Tx

# Counting reads every row of the period.
LONGEST_COUNT = timedelta(days=3_660)


async def read_timeline(
    tx: Tx, customer_id: UUID, filters: Filters, before: tuple[datetime, UUID] | None, limit: int
) -> list[Interaction]:
    """What happened with this customer under any of their ids, newest first; empty for somebody unknown."""
    _refuse_empty_period(filters.since, filters.until)
    group = await alias_group(tx, customer_id)
    return await repository.timeline(tx, group, filters, before, limit)


async def read_interaction(tx: Tx, interaction_id: UUID) -> Interaction:
    """The interaction. Raises InteractionNotFound."""
    found = await repository.interaction_by_id(tx, interaction_id)
    if found is None:
        raise InteractionNotFound(f"There is no interaction {interaction_id}.", where="path:interaction_id")
    return found


async def count_interactions(tx: Tx, since: datetime, until: datetime) -> list[Count]:
    """How many occurred from `since` (inclusive) to `until`, by kind and origin. Raises InvalidFilter."""
    _refuse_empty_period(since, until)
    if until - since > LONGEST_COUNT:
        raise InvalidFilter("The period is longer than ten years.", cure="Ask for less.", where="query:since")
    return await repository.counts(tx, since, until)


def _refuse_empty_period(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and since >= until:
        raise InvalidFilter("`since` is not before `until`.", cure="Swap them.", where="query:since")
