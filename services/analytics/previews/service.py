"""How many customers a definition would hold, before it is saved: counted by one statement, else estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any
from uuid import UUID

from services.analytics.memberships.repository import states
from services.analytics.segments.domain.instants import from_datetime
from services.analytics.segments.domain.language import Node, references_of, referred
from services.analytics.segments.domain.sql import EVERYBODY, Scope, Share, compile_sql
from services.analytics.segments.repository import programs
from services.analytics.segments.repository.planning import expect_everybody
from services.analytics.segments.service.definitions import check
from services.analytics.segments.service.programs import definitions_of
from services.analytics.statistics.service import refresh
from shared.database.engine import Database, sqlstate
from shared.observability.logging import get_logger

log = get_logger(__name__)

# Two-sided 95 %.
_Z = 1.96
# An estimate looks at about so many customers: a share of one half is then known to within 1.1 %.
_ENOUGH = 8_000
_SAMPLE_S = 1.2
# Each trial looks at a smaller share, and has its own time.
_SMALLER = (1, 16, 256)
# The connection itself gives up after 10 s.
_LONGEST_S = 9.0
_CANCELLED = "57014"
_MEMORY = "64MB"


@dataclass(slots=True)
class Preview:
    """`members` of `customers`; `exact` when everybody was looked at, else low and high bound it (95 %)."""

    customers: int = 0
    seen: int = 0
    found: int = 0
    exact: bool = False
    sample: list[UUID] = field(default_factory=list)

    @property
    def members(self) -> int:
        """The count, or the estimate."""
        return self.found if self.exact else round(self.customers * self.found / self.seen) if self.seen else 0

    def bounds(self) -> tuple[int, int]:
        """Wilson's interval of the share among those looked at, times all customers."""
        if self.exact:
            return self.found, self.found
        if not self.seen:
            return 0, self.customers
        share, n, square = self.found / self.seen, self.seen, _Z * _Z
        middle = (share + square / (2 * n)) / (1 + square / n)
        half = _Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
        low, high = round(self.customers * (middle - half)), round(self.customers * (middle + half))
        return max(self.found, low), min(self.customers - (self.seen - self.found), high)


async def preview(
    database: Database, definition: Mapping[str, Any], sample: int, limit_s: float, fact_days: int | None
) -> Preview:
    """Count everybody within the time, else estimate from a share of the customers. Raises InvalidSegment."""
    async with database.transaction() as tx:
        tree, _, _ = await check(tx, definition, fact_days)
        await refresh(tx)
        running = {definition.id: definition.root for definition in definitions_of(await programs.running(tx))}
        customers = await states.count(tx)
    references = referred(references_of(tree), running)
    counted = await _count(database, tree, references, EVERYBODY, sample, min(limit_s, _LONGEST_S))
    if counted is not None:
        return Preview(counted.customers, counted.seen, counted.found, True, counted.sample)
    for smaller in _SMALLER:
        share = Share(max(2, customers // _ENOUGH) * smaller)
        counted = await _count(database, tree, references, share, sample, _SAMPLE_S)
        if counted is not None:
            return Preview(max(customers, counted.seen), counted.seen, counted.found, False, counted.sample)
    log.warning("preview_without_an_answer", customers=customers)
    return Preview(customers)


async def _count(
    database: Database, tree: Node, references: Mapping[str, Node], scope: Scope, sample: int, limit_s: float
) -> Preview | None:
    """The answer of one statement about these customers; None when its time was up."""
    try:
        async with database.transaction() as tx:
            milliseconds = str(max(1, round(limit_s * 1000)))
            await tx.execute("select set_config('statement_timeout', :ms, true)", {"ms": milliseconds})
            await expect_everybody(tx, _MEMORY)
            text, params = compile_sql(tree, from_datetime(tx.now), references, scope, sample)
            row = await tx.row(text, params)
            assert row is not None
            return Preview(row["customers"], row["customers"], row["members"], False, list(row["sample"] or ()))
    except Exception as error:
        if sqlstate(error) != _CANCELLED:
            raise
        return None
