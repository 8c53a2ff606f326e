"""SQL of comparisons of everybody."""

from __future__ import annotations

from uuid import UUID

from services.customers.duplicates.domain.proposals import Run
from shared.database.transaction import Tx

_COLUMNS = "run_id, state, customers, compared, found, started_at, started_by, position, finished_at"
# A second one that begins at the same moment is not kept.
_ADD = f"""
    insert into duplicate_runs ({_COLUMNS})
    values (:run_id, :state, :customers, :compared, :found, :started_at, :started_by, :position, :finished_at)
    on conflict do nothing
"""
_SAVE = """
    update duplicate_runs set state = :state, customers = :customers, compared = :compared, found = :found,
        position = :position, finished_at = :finished_at where run_id = :run_id
"""
_PAGE = f"""
    select {_COLUMNS} from duplicate_runs where cast(:before as uuid) is null or run_id < :before
    order by run_id desc limit :limit
"""


async def add_run(tx: Tx, run: Run) -> bool:
    """Keep that it was begun; False when one is running."""
    return (await tx.execute(_ADD, _params(run))).rowcount == 1


async def save_run(tx: Tx, run: Run) -> None:
    """How far it is."""
    await tx.execute(_SAVE, _params(run))


async def running_run(tx: Tx) -> Run | None:
    """The one that is running, locked."""
    row = await tx.row(f"select {_COLUMNS} from duplicate_runs where state = 'running' for update")
    return Run(**row) if row else None


async def run_of(tx: Tx, run_id: UUID, *, lock: bool = False) -> Run | None:
    """One of them."""
    statement = f"select {_COLUMNS} from duplicate_runs where run_id = :id{' for update' if lock else ''}"
    row = await tx.row(statement, {"id": run_id})
    return Run(**row) if row else None


async def page_of_runs(tx: Tx, before: UUID | None, limit: int) -> list[Run]:
    """The newest first."""
    return [Run(**row) for row in await tx.rows(_PAGE, {"before": before, "limit": limit})]


async def any_run(tx: Tx) -> bool:
    """Whether everybody was ever compared, or is being compared."""
    return bool(await tx.value("select exists (select from duplicate_runs)"))


async def count_customers(tx: Tx) -> int:
    """About how many customers there are, as the planner counts them."""
    return int(await tx.value("select greatest(reltuples, 0)::bigint from pg_class where oid = 'customers'::regclass"))


def _params(run: Run) -> dict[str, object]:
    return {name: getattr(run, name) for name in _COLUMNS.split(", ")}
