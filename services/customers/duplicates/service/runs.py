"""Compare everybody again: begin that, look at it, end it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.customers.duplicates.domain.proposals import Run
from services.customers.duplicates.errors import ComparisonEnded, ComparisonRunning, NoSuchComparison
from services.customers.duplicates.repository import runs
from services.customers.duplicates.service.comparing import begin_run
from shared.database.transaction import Tx


async def start_run(tx: Tx, *, by: str) -> Run:
    """The worker compares everybody from here on. Raises ComparisonRunning."""
    running = await runs.running_run(tx)
    if running is None:
        begun = await begin_run(tx, by=by)
        if begun is not None:
            return begun
        running = await runs.running_run(tx)
    assert running is not None
    raise ComparisonRunning(running.run_id)


async def find_run(tx: Tx, run_id: UUID) -> Run:
    """One comparison. Raises NoSuchComparison."""
    run = await runs.run_of(tx, run_id)
    if run is None:
        raise NoSuchComparison()
    return run


async def list_runs(tx: Tx, before: UUID | None, limit: int) -> list[Run]:
    """The newest first."""
    return await runs.page_of_runs(tx, before, limit)


async def cancel_run(tx: Tx, run_id: UUID) -> Run:
    """It goes no further; what it has found stays. Raises NoSuchComparison, ComparisonEnded."""
    run = await runs.run_of(tx, run_id, lock=True)
    if run is None:
        raise NoSuchComparison()
    if run.state != "running":
        raise ComparisonEnded(run.state)
    ended = replace(run, state="cancelled", finished_at=tx.now)
    await runs.save_run(tx, ended)
    return ended
