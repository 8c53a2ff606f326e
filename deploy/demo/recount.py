"""Who must be a regular shopper, counted once more from the grocer's own file: no rule of the product's is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.demo.grocery import FIRST_DAY
from deploy.demo.people import People
from deploy.demo.progress import Progress
from deploy.demo.schedule import Baskets, Schedule

SEGMENT = "Regular shoppers"
# As marketing defines them, written down a second time: so many visits in so many days.
LEAST, WITHIN = 4, timedelta(days=28)


@dataclass(frozen=True)
class Look:
    """Memberships were read between these two instants of the business clock."""

    since: datetime
    until: datetime


def visits(baskets: Baskets, people: People, progress: Progress) -> dict[int, list[datetime]]:
    """When each household paid something, of all that was published."""
    assert progress.live_from is not None
    paid: dict[int, list[datetime]] = defaultdict(list)
    for basket in baskets.baskets(FIRST_DAY, progress.live_from):
        if basket.household not in people.newcomers and basket.total >= 0:
            paid[basket.household].append(basket.time)
    for household, at in (*_live(baskets, people, progress), *(progress.web_orders or ())):
        paid[household].append(at)
    return {household: sorted(times) for household, times in paid.items()}


def _live(baskets: Baskets, people: People, progress: Progress) -> Iterator[tuple[int, datetime]]:
    if progress.live_from is None or progress.done is None:
        return
    # The same acts again, from the beginning of the live part to the last one that was published.
    schedule = Schedule(baskets, progress.live_from, progress.seed, people.newcomers)
    for act in schedule.due(progress.done[0]):
        # A second copy is the same visit.
        if act.kind == "basket" and act.position <= progress.done and act.basket is not None and act.basket.total > 0:
            yield act.basket.household, act.basket.time


def regulars(paid: Mapping[int, Sequence[datetime]], people: People, look: Look) -> dict[int, bool]:
    """For each household whether it is a regular shopper; those that become one, or cease to be, while it was looked
    are left out."""
    settled = {}
    for household in people.households:
        times = paid.get(household, ())
        # The answer can only change when a visit comes in, or grows too old, within the look.
        moments = {look.since, look.until}
        moments |= {edge for at in times for edge in (at, at + WITHIN) if look.since <= edge <= look.until}
        answers = {sum(moment - WITHIN < at <= moment for at in times) >= LEAST for moment in moments}
        answers |= {sum(moment - WITHIN <= at < moment for at in times) >= LEAST for moment in moments}
        if len(answers) == 1:
            settled[household] = answers.pop()
    return settled
