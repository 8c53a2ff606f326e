"""Keep the planner's knowledge of the tables true."""

from __future__ import annotations

from services.analytics.statistics import repository
from shared.database.transaction import Tx
from shared.observability.logging import get_logger

log = get_logger(__name__)


async def refresh(tx: Tx) -> list[str]:
    """Statements about everybody are planned by what the tables hold now; returns the tables that were looked at.

    Some milliseconds when nothing has changed, so that it may be asked before each such statement.
    """
    tables = await repository.stale(tx)
    if not tables or not await repository.alone(tx):
        return []
    await repository.analyze(tx, tables)
    log.info("tables_analyzed", tables=tables)
    return tables
