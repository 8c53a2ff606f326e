"""Stream against facts: every membership must be what the facts alone say. A difference is a fault of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.analytics.domain.engine import advance, blank, decode, members, needs_history, rebuild
from services.analytics.domain.instants import from_datetime
from services.analytics.repository import people, reconciliations, states
from services.analytics.service.advancing import Advancer
from services.analytics.service.programs import Compiled, Programs
from shared.contracts.envelope import Origin
from shared.database import Database
from shared.ids import new_id
from shared.logging import get_logger
from shared.metrics import counter, gauge
from shared.transaction import Tx

log = get_logger(__name__)

# Comparing is computing: a larger piece would hold up the lane of this process for longer than a second.
PIECE = 25
EXAMPLES = 20

MISMATCHES = gauge("segment_mismatches", "Customers whose memberships differed from the facts at the last comparison")
COMPARED = counter("segment_customers_compared", "Customers whose memberships were compared with the facts")


@dataclass(slots=True)
class Report:
    """What a comparison found: customers compared, how many differed, and some of them."""

    customers: int = 0
    mismatches: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


async def reconcile(database: Database, programs: Programs, most: int | None, *, repair: bool = False) -> Report:
    """Compare up to `most` customers (all when None), from a random one on; `repair` has those that differ recomputed.

    Customers under way to a new program, or waiting to be recomputed, are passed over.
    """
    id, report = new_id(), Report()
    async with database.transaction() as tx:
        await reconciliations.start(tx, id)
    # Ids of customers are hashes, so a run of them is a random sample; a fresh id's last bytes are random too.
    cursor = UUID(int=int.from_bytes(new_id().bytes[::-1])) if most is not None else None
    wrapped = most is None
    while most is None or report.customers < most:
        async with database.transaction() as tx:
            ids = await states.after(tx, cursor, PIECE)
            await _compare(tx, programs, ids, report, repair=repair)
        if len(ids) == PIECE:
            cursor = ids[-1]
        elif wrapped:
            break
        else:
            cursor, wrapped = None, True
    async with database.transaction() as tx:
        await reconciliations.finish(tx, id, report.customers, report.mismatches, report.examples)
    MISMATCHES.set(report.mismatches)
    log.info("reconciled", customers=report.customers, mismatches=report.mismatches)
    return report


async def reconciled_within(database: Database, time: timedelta) -> bool:
    """Whether a comparison ended so lately."""
    async with database.transaction() as tx:
        last = await reconciliations.last(tx)
        return last is not None and tx.now - last < time


async def _compare(tx: Tx, programs: Programs, ids: Sequence[UUID], report: Report, *, repair: bool) -> None:
    compiled = await programs.current(tx)
    # Locked, so that no batch changes them between this reading and that of their facts.
    stored = await states.read(tx, ids)
    waiting = await reconciliations.dirty_among(tx, list(stored))
    clean = [id for id in stored if id not in waiting]
    groups = await people.groups(tx, clean)
    known = await Advancer(programs).histories(tx, groups)
    tables = await states.held(tx, clean)
    wrong: dict[UUID, int] = {}
    for id in clean:
        state = decode(str(id), stored[id].state)
        if state.epoch != compiled.program.epoch:
            continue
        report.customers += 1
        COMPARED.inc()
        now = max(state.time, from_datetime(tx.now))
        history = known[id] if needs_history(compiled.program, state, now) else None
        streamed = _shown(compiled, members(compiled.program, advance(compiled.program, state, now, (), history).state))
        fresh = rebuild(compiled.program, str(id), known[id], now, blank(str(id))).state
        truth = _shown(compiled, members(compiled.program, fresh))
        table = {str(one) for one in tables.get(id, set())}
        present = _shown(compiled, members(compiled.program, state))
        if streamed != truth or table != present:
            wrong[id] = stored[id].partition
            report.examples.append(
                {"customer_id": str(id), "streamed": sorted(streamed), "facts": sorted(truth), "table": sorted(table)}
            )
    report.mismatches += len(wrong)
    del report.examples[EXAMPLES:]
    for id in wrong:
        log.error("membership_differs_from_the_facts", customer_id=str(id))
    if repair and wrong:
        await people.mark_dirty(tx, wrong, tx.now, Origin.REPAIR)


def _shown(compiled: Compiled, names: frozenset[str]) -> set[str]:
    return {str(compiled.names[name][0]) for name in names if compiled.names[name][2]}
