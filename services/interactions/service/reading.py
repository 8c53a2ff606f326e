"""What can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from services.interactions import repository
from services.interactions.domain.rates import Rate, wrong_with_rate
from services.interactions.domain.timeline import Count, Filters, Interaction
from services.interactions.errors import InteractionNotFound, InvalidFilter, InvalidRate
from shared.database.transaction import Tx

# Counting reads every row of the period.
LONGEST_COUNT = timedelta(days=3_660)


async def read_timeline(
    tx: Tx, customer_id: UUID, filters: Filters, before: tuple[datetime, UUID] | None, limit: int
) -> list[Interaction]:
    """What happened with this customer under any of their ids, newest first; empty for somebody unknown."""
    _refuse_empty_period(filters.since, filters.until)
    group = await repository.alias_group(tx, customer_id)
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


async def set_rates(tx: Tx, base: str, rates: Sequence[Rate]) -> None:
    """These rates hold for events recorded from now on. Raises InvalidRate, and then none is set."""
    faults = []
    for index, rate in enumerate(rates):
        what = wrong_with_rate(rate, base)
        if what:
            faults.append({"where": f"/rates/{index}", "what": what, "cure": "mend or leave out this rate"})
    if faults:
        raise InvalidRate(f"{len(faults)} of the rates cannot be; none was set.", errors=faults)
    # The last one wins, as if they had come one after another.
    await repository.put_rates(tx, list({(one.currency, one.day): one for one in rates}.values()))


async def read_rates(tx: Tx, currency: str | None, after: tuple[str, date] | None, limit: int) -> list[Rate]:
    """Rates by currency and day."""
    return await repository.list_rates(tx, currency, after, limit)


def _refuse_empty_period(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and since >= until:
        raise InvalidFilter("`since` is not before `until`.", cure="Swap them.", where="query:since")
