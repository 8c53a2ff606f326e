"""Count pairs every night, and answer what to offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.crosssell import repository
from services.analytics.crosssell.cache import ANSWERS, PairCache
from services.analytics.crosssell.domain import Offer, Pair, offers
from services.analytics.identity.service import members_of, survivor_of
from services.analytics.statistics.service import refresh
from shared.clock import MACHINE
from shared.database.engine import Database
from shared.observability.logging import get_logger
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

NIGHT = timedelta(hours=20)
# One statement joins all lines of two years.
COUNT_S = 600.0
# What a customer bought lately stands for his basket.
CUSTOMER_DAYS = 365
MOST_HELD = 40
# For so long a process believes when the last count was.
_BELIEVE_S = 5.0


async def count_nightly(context: WorkerContext) -> None:
    """Pairs are counted anew when the last count is of the night before."""
    async with context.database.transaction() as tx:
        last = await repository.counted_at(tx)
        if last is not None and tx.now - last < NIGHT:
            return
    await count_pairs(context)


async def count_pairs(context: WorkerContext) -> int:
    """The pairs are those of the facts now; how many there are."""
    patient = Database(
        context.database.url, source=context.database.source, clock=context.clock, pool_size=1,
        command_timeout_s=COUNT_S,
    )  # fmt: skip
    try:
        async with patient.transaction() as tx:
            await refresh(tx)
            found = await repository.count(tx)
    finally:
        await patient.close()
    log.info("pairs_counted", pairs=found)
    return found


class CrossSell:
    """Look-ups of one process."""

    def __init__(self, database: Database, cache: PairCache) -> None:
        self._database, self._cache = database, cache
        self._counted_at: datetime | None = None
        self._ask_at = 0.0

    async def beside(self, products: Sequence[str], most: int) -> tuple[list[Offer], datetime | None]:
        """What to offer beside these products, and as of when pairs were counted (None: not yet)."""
        counted = await self._newest()
        if counted is None or not products:
            return [], counted
        wanted = list(dict.fromkeys(products))[:MOST_HELD]
        known = await self._cache.get(counted, wanted)
        missing = [product for product in wanted if product not in known]
        ANSWERS.labels("postgres" if missing else "redis").inc()
        if missing:
            async with self._database.transaction() as tx:
                found = await repository.pairs_of(tx, missing)
            await self._cache.put(counted, found)
            known |= found
        pairs: list[Pair] = [pair for product in wanted for pair in known[product]]
        return offers(pairs, set(products), most), counted

    async def for_customer(self, customer_id: UUID, most: int) -> tuple[list[Offer], datetime | None]:
        """What goes with what a customer bought in the last year, without that itself. Raises CustomerErased."""
        async with self._database.transaction() as tx:
            survivor = await survivor_of(tx, customer_id)
            group = (await members_of(tx, [survivor]))[survivor]
            since = tx.now - timedelta(days=CUSTOMER_DAYS)
            held = await repository.bought(tx, group, since, MOST_HELD)
        return await self.beside(held, most)

    async def _newest(self) -> datetime | None:
        now = MACHINE.monotonic()
        if self._counted_at is None or now >= self._ask_at:
            async with self._database.transaction() as tx:
                self._counted_at = await repository.counted_at(tx)
            self._ask_at = now + _BELIEVE_S
        return self._counted_at
